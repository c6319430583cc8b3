"""OAI-PMH 2.0, asked as a harvester asks it: lists, part by part, as InvenioRDM tells them.

A part of a list cannot be asked for twice. InvenioRDM's resumption token names a scroll of its search engine, which moves on
with each answer: a second request with the same token brings the records behind those of the first, under the same cursor
(seen on InvenioRDM 14.0.5), so that a lost answer is fifty lost records. After any doubt the list begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .answers import not_a_repository
from .errors import CouldNotAsk, NotARepository, WasRefused
from .http import request

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from .repository import Repository

_NAME = "{http://www.openarchives.org/OAI/2.0/}"
#: How times are written, in the granularity of seconds, which InvenioRDM and Zenodo have.
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Told:
    """What a list says of one record.

    Attributes
    ----------
    identifier : str
        Such as ``oai:zenodo.org:1234567``.
    datestamp : str
        When it changed, as it is told.
    deleted : bool
        Whether it says that the record is deleted.
    metadata : bytes
        The record in the format that was asked for: XML, in UTF-8; empty in a list of identifiers and of a deleted record.
    title, doi : str
        Of DataCite's format; empty where it has none.
    """

    identifier: str
    datestamp: str
    deleted: bool = False
    metadata: bytes = b""
    title: str = ""
    doi: str = ""

    @property
    def id(self) -> str:
        """The record's id in its repository: what is behind the last colon."""
        return self.identifier.rpartition(":")[2]


@dataclass(frozen=True)
class Part:
    """A part of a list.

    Attributes
    ----------
    records : tuple of Told
        What it has; none where nothing fits.
    total : int
        How many the whole list has, as far as it is told; otherwise how many are in this part.
    moment : datetime
        When the repository answered, by its own clock.
    """

    records: tuple[Told, ...]
    total: int
    moment: datetime


def stamp(moment: datetime) -> str:
    """Write a time as it is asked with.

    >>> stamp(datetime(2026, 11, 22, 8, 30, tzinfo=timezone.utc))
    '2026-11-22T08:30:00Z'
    """
    return moment.strftime(_STAMP)


def read_stamp(text: str) -> datetime:
    """Read a time; `ValueError` when it is none."""
    return datetime.strptime(text, _STAMP).replace(tzinfo=timezone.utc)


def parts(repository: Repository, verb: str, **said: str) -> Iterator[Part]:
    """Yield the parts of a list; one without records where nothing fits.

    Parameters
    ----------
    repository : Repository
        Whose list.
    verb : str
        ``ListRecords`` or ``ListIdentifiers``.
    **said
        ``metadataPrefix``, ``set`` and the like; empty ones are left out. ``since`` stands for ``from``.

    Raises
    ------
    CouldNotAsk
        When a part did not come, or its token is too old: the list has to be asked for anew.
    NotARepository
        When what comes is not OAI-PMH.
    WasRefused
        When the repository refuses the request.
    """
    params = {"from" if name == "since" else name: value for name, value in said.items() if value}
    token = ""
    while True:
        asked = {"resumptionToken": token} if token else params
        answer = request(
            repository.session, "GET", f"{repository.url}/oai2d", params={"verb": verb, **asked},
            headers={"Accept": "text/xml, application/xml;q=0.9"}, idempotent=not token, also=(422,),
            what="OAI-PMH",
        )  # fmt: skip
        try:
            part, following = _read(answer.content, verb, bool(token), repository)
        except (SyntaxError, ValueError):  # lxml's errors about XML are SyntaxErrors
            raise not_a_repository(answer, repository.session) from None
        yield part
        if not following:
            return
        if following == token:
            raise NotARepository(f"The list of {repository.title} goes round in circles.", "Ask those who run it.")
        token = following


def size(repository: Repository, set_: str) -> int:
    """Return how many records a set has now; 0 also where there is no such set."""
    return next(parts(repository, "ListIdentifiers", metadataPrefix="oai_dc", set=set_)).total


def _read(content: bytes, verb: str, is_following: bool, repository: Repository) -> tuple[Part, str]:
    """Read an answer, and return what it has and the token for the next part."""
    root = _parsed(content)
    moment = read_stamp(root.findtext(f"{_NAME}responseDate") or "")
    refusal = root.find(f"{_NAME}error")
    if refusal is not None:
        code, said = refusal.get("code", ""), " ".join((refusal.text or "").split())[:400]
        if code == "noRecordsMatch":
            return Part((), 0, moment), ""
        if code == "badResumptionToken" and is_following:
            raise CouldNotAsk(
                f"{repository.title} does not go on with its list where it was ({said or code}).",
                "What came is kept; run the same command again.",
            )
        raise WasRefused(f"{repository.title} refused the list of its records: {said or code}.")
    body = root.find(f"{_NAME}{verb}")
    if body is None:
        raise ValueError("an answer without what was asked for")
    told = tuple(_told(element) for element in body if element.tag in (f"{_NAME}record", f"{_NAME}header"))
    token = body.find(f"{_NAME}resumptionToken")
    total = "" if token is None else token.get("completeListSize", "")
    following = "" if token is None else (token.text or "").strip()
    return Part(told, int(total) if total.isdecimal() else len(told), moment), following


def _parsed(content: bytes) -> Any:
    """Parse a stranger's XML: no entities, no document type, nothing fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype or root.tag != f"{_NAME}OAI-PMH":
        raise ValueError("not an answer of OAI-PMH")
    return root


def _told(element: Element) -> Told:
    from lxml import etree

    header = element if element.tag == f"{_NAME}header" else element.find(f"{_NAME}header")
    if header is None:
        raise ValueError("a record without a header")
    identifier, changed = (header.findtext(f"{_NAME}{name}") or "" for name in ("identifier", "datestamp"))
    if not identifier.rpartition(":")[2]:
        raise ValueError("a record without an identifier")
    deleted = header.get("status") == "deleted"
    inner = element.find(f"{_NAME}metadata/*")
    if inner is None:
        return Told(identifier, changed, deleted)
    written = etree.tostring(inner, encoding="UTF-8", xml_declaration=True, with_tail=False)
    title = inner.findtext("{*}titles/{*}title") or ""
    doi = inner.findtext("{*}identifier[@identifierType='DOI']") or ""
    return Told(identifier, changed, deleted, written, " ".join(title.split()), doi.strip())
