"""The DOI as a value: every spelling in, one spelling out. No input or output happens here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from .errors import InvalidDOI

# A DOI is "10." + a registrant code of four or more digits (with dotted subdivisions) + "/" + a suffix
# (ISO 26324, DOI Handbook 2.2). Suffixes in running text end before white space, quotes, angle brackets.
_IN_TEXT = re.compile(r"\b(10\.\d{4,9}(?:\.\d+)*/[^\s\"'<>\\^`{|}]+)", re.IGNORECASE)
# Characters that close a sentence or a link rather than belong to a suffix.
_TRAILING = ".,;:!?*_"
_PAIRS = {")": "(", "]": "["}
#: Prefixes that do not resolve at doi.org: DataCite's test prefix, which the sandbox and the embedded repository use.
TEST_PREFIXES = frozenset({"10.5072"})
#: DataCite's API: of all that is registered there and nowhere else does doi.org hear.
DATACITE = "https://api.datacite.org"


@dataclass(frozen=True, order=True)
class DOI:
    """A Digital Object Identifier.

    Build one with `DOI.parse`, which takes every spelling people paste.

    Attributes
    ----------
    value : str
        Prefix and suffix, lower-cased (DOIs are case-insensitive), such as ``10.5281/zenodo.123``.

    Examples
    --------
    >>> DOI.parse("https://doi.org/10.5281/ZENODO.123").value
    '10.5281/zenodo.123'
    >>> DOI.parse("[![DOI](https://zenodo.org/badge/DOI/10.5281/zenodo.7.svg)](https://doi.org/10.5281/zenodo.7)").record_id
    '7'
    """

    value: str

    @classmethod
    def parse(cls, text: str | DOI) -> DOI:
        """Read a DOI out of ``doi:…``, a resolver URL, badge text or running text.

        Raises
        ------
        InvalidDOI
            When there is none in it.
        """
        if isinstance(text, DOI):
            return text
        found = cls.find(text)
        if found is None:
            raise InvalidDOI(f"{str(text)[:120]!r} has no DOI in it.", "A DOI looks like 10.5281/zenodo.1234567.")
        return found

    @classmethod
    def find(cls, text: str) -> DOI | None:
        """Return the first DOI in a text, or None.

        >>> DOI.find("see doi:10.5281/zenodo.42.").value
        '10.5281/zenodo.42'
        >>> DOI.find("no such thing") is None
        True
        """
        text = str(text)
        match = _IN_TEXT.search(unquote(text) if "%2f" in text.lower() else text)
        if match is None:
            return None
        value = _strip_tail(match.group(1))
        if value.lower().endswith(".svg"):  # the image of a badge
            value = value[:-4]
        # A resolver or API address may go on behind the DOI (?query, #fragment).
        value = re.split(r"[?#]", value, maxsplit=1)[0]
        if value.endswith("/"):
            value = value.rstrip("/")
        return cls(value.lower()) if "/" in value and value.split("/", 1)[1] else None

    @property
    def prefix(self) -> str:
        """The registrant's part, such as ``10.5281``."""
        return self.value.split("/", 1)[0]

    @property
    def suffix(self) -> str:
        """The part behind the slash, such as ``zenodo.123``."""
        return self.value.split("/", 1)[1]

    @property
    def record_id(self) -> str:
        """The record id in an InvenioRDM's DOI: what stands behind ``zenodo.`` or another short name, else the suffix.

        >>> DOI("10.5281/zenodo.123").record_id, DOI("10.5072/rdm.snpkr-11g12").record_id, DOI("10.1/abcde-12345").record_id
        ('123', 'snpkr-11g12', 'abcde-12345')
        """
        return self.suffix.rsplit(".", 1)[-1].rsplit("/", 1)[-1]

    @property
    def is_test(self) -> bool:
        """Whether it has a test prefix, which does not resolve at doi.org."""
        return self.prefix in TEST_PREFIXES

    @property
    def url(self) -> str:
        """The address at doi.org (which knows it only when it is registered)."""
        return f"https://doi.org/{quote(self.value, safe='/:;()._-')}"

    def __str__(self) -> str:
        return self.value


def _strip_tail(value: str) -> str:
    """Drop the text around a DOI that cannot be told from it at first: link brackets, and punctuation that ends a sentence."""
    value = re.split(r"\)?\]\(", value, maxsplit=1)[0]
    while value:
        last = value[-1]
        unmatched = last in _PAIRS and value.count(last) > value.count(_PAIRS[last])
        if last not in _TRAILING and not unmatched:
            break
        value = value[:-1]
    return value
