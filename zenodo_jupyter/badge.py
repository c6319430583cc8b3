"""What a notebook carries of its record: one badge cell for people, one Deposit in the metadata for programs."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any

from .doi import DOI

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: The key in the metadata of a notebook, and of its badge cell, under which all of ours stands.
KEY = "zenodo_jupyter"
# One badge as badge_markdown writes it, so that words that a person put beside it survive an update.
_BADGE = re.compile(r"\[!\[DOI[^\]]*\]\([^)\s]*\)\]\((?:<[^>]*>|[^)\s]*)\)")
_HEADING = re.compile(
    r"^ {0,3}#{1,6}\s+\S|^[^\s\-=].*\n {0,3}(?:=+|-{2,})\s*$|<h[1-6][\s>]", re.MULTILINE | re.IGNORECASE
)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Deposit:
    """What a notebook remembers of its record. A memory, not a permission: it says nothing about who owns the record.

    Attributes
    ----------
    repository : str
        The repository's short name where it was published, such as ``zenodo``.
    url : str
        That repository's address, such as ``https://zenodo.org``.
    record_id : str
        The record of this version.
    doi, concept_doi : str
        Of this version and of all versions; the latter is empty before the first publication.
    version : str
        The version label, such as ``v2``.
    checksum : str
        The notebook's `fingerprint` when it was published.
    """

    repository: str
    url: str
    record_id: str
    doi: str
    concept_doi: str = ""
    version: str = ""
    checksum: str = ""

    @property
    def act(self) -> str:
        """The id of the publication that this is the memory of: its record, since one act makes one record."""
        return f"{self.url}/records/{self.record_id}"


def read_deposit(nb: Mapping[str, Any]) -> Deposit | None:
    """Return the Deposit that a notebook carries; None when it has none, or one that names no record."""
    ours = nb["metadata"].get(KEY)
    known = ours.get("deposit") if isinstance(ours, dict) else None
    if not isinstance(known, dict) or not known.get("record_id"):
        return None
    return Deposit(**{f.name: str(known.get(f.name) or "") for f in fields(Deposit)})


def stamp(nb: NotebookNode, deposit: Deposit, badge: str) -> NotebookNode:
    """Return a copy of a notebook with this Deposit and this badge; every other cell is untouched.

    The one badge cell is found by its metadata and updated in place. A new one goes below the first markdown cell that has a
    heading, or to the top.

    Parameters
    ----------
    nb : NotebookNode
        The notebook; it is not changed.
    deposit : Deposit
        Kept in the notebook's metadata under ``zenodo_jupyter``, key ``deposit``.
    badge : str
        From `badge_markdown`.
    """
    nb = copy.deepcopy(nb)
    ours = nb["metadata"].get(KEY)
    nb["metadata"][KEY] = {**(ours if isinstance(ours, dict) else {}), "deposit": asdict(deposit)}
    first, *more = [cell for cell in nb["cells"] if is_badge(cell)] or [None]
    for cell in more:  # copied by hand
        _take_out(nb, cell)
    if first is None:
        nb["cells"].insert(_place(nb["cells"]), _badge_cell(nb, badge))
    elif _BADGE.search(first["source"]):
        first["source"] = _BADGE.sub(lambda _: badge, first["source"], count=1)
    else:
        first["source"] = "\n\n".join(text for text in (badge, first["source"]) if text)
    return _as_nodes(nb)


def unstamp(nb: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without badge and Deposit: what a person wrote, for comparing."""
    nb = copy.deepcopy(nb)
    ours = nb["metadata"].get(KEY)
    if isinstance(ours, dict):
        ours.pop("deposit", None)
        if not ours:
            del nb["metadata"][KEY]
    for cell in [cell for cell in nb["cells"] if is_badge(cell)]:
        _take_out(nb, cell)
    return nb


def is_badge(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is the badge cell, by its metadata."""
    ours = cell.get("metadata", {}).get(KEY)
    return cell.get("cell_type") == "markdown" and isinstance(ours, dict) and bool(ours.get("badge"))


def badge_index(nb: Mapping[str, Any]) -> int | None:
    """Return the position of the badge cell, counted from 0, or None."""
    return next((i for i, cell in enumerate(nb["cells"]) if is_badge(cell)), None)


def badge_markdown(doi: DOI | str, url: str, registered: bool, badge_url: str | None = None) -> str:
    """Return the badge as Markdown: an image with the DOI in its alternative text, and a link.

    Parameters
    ----------
    doi : DOI
        The record's DOI.
    url : str
        The landing page, to which the badge of an unregistered DOI links; one that is registered links to doi.org.
    registered : bool
        Whether doi.org knows the DOI. Where it does not, the badge says so and is drawn here, as a ``data:`` address.
    badge_url : str, optional
        The repository's own image of a registered DOI.

    Examples
    --------
    >>> badge_markdown(DOI("10.5281/zenodo.7"), "", True, "https://zenodo.org/badge/DOI/10.5281/zenodo.7.svg")
    '[![DOI 10.5281/zenodo.7](https://zenodo.org/badge/DOI/10.5281/zenodo.7.svg)](https://doi.org/10.5281/zenodo.7)'
    """
    doi = DOI.parse(doi)
    alt = f"DOI {doi}" if registered else f"DOI {doi} ({why_not(doi)})"
    image = badge_url if registered and badge_url else _data_uri(badge_svg(doi, registered))
    link = doi.url if registered else url
    if re.search(r"[()\s]", link):
        link = f"<{link}>"
    return f"[![{alt}]({image})]({link})"


def why_not(doi: DOI) -> str:
    """Say what an unregistered DOI is: one of the test prefix is local, another one is at a registry for tests."""
    return "local, not registered" if doi.is_test else "for tests, not at doi.org"


def badge_colour(registered: bool) -> str:
    """Return the ground on which a DOI stands in white: another one where it is not registered."""
    return "#0f7fc0" if registered else "#6b5b2e"


def badge_svg(doi: DOI, registered: bool) -> str:
    """Draw a badge: ``DOI`` on the left, its value on the right, and whether it is local and not registered.

    It uses no font, image or style from elsewhere. The texts are fitted to their boxes (``textLength``), since the width of
    letters is the viewer's affair.
    """
    value = str(doi) if registered else f"{doi} · {why_not(doi)}"
    colour = badge_colour(registered)
    left, right = 34, 16 + round(len(value) * 6.3)
    width = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="DOI {escape(value)}">'
        f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#404040"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
        f'<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="7" y="14" textLength="{left - 14}" lengthAdjust="spacingAndGlyphs">DOI</text>'
        f'<text x="{left + 8}" y="14" textLength="{right - 16}" lengthAdjust="spacingAndGlyphs">{escape(value)}</text>'
        "</g></svg>"
    )


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _badge_cell(nb: Mapping[str, Any], badge: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "markdown", "metadata": {KEY: {"badge": True}}, "source": badge}
    # Cell ids exist since nbformat 4.5 and make an older notebook invalid.
    if (nb["nbformat"], nb["nbformat_minor"]) < (4, 5):
        return cell
    taken = {other.get("id") for other in nb["cells"]}
    name, number = "zenodo-badge", 2
    while name in taken:
        name, number = f"zenodo-badge-{number}", number + 1
    return {"cell_type": "markdown", "id": name, **cell}


def _place(cells: list[Any]) -> int:
    """Return where a new badge cell goes: below the title, else on top (but below front matter in a raw cell)."""
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "markdown" and _HEADING.search(_FENCED.sub("", cell["source"])):
            return index + 1
    return 1 if cells and cells[0]["cell_type"] == "raw" else 0


def _take_out(nb: Mapping[str, Any], badge_cell: Any) -> None:
    """Remove a badge cell; where a person wrote more into it, only the badge and the mark."""
    rest = _BADGE.sub("", badge_cell["source"]).strip()
    if rest:
        badge_cell["source"] = rest
        del badge_cell["metadata"][KEY]
    else:
        position = next(i for i, cell in enumerate(nb["cells"]) if cell is badge_cell)
        del nb["cells"][position]


def _as_nodes(nb: Mapping[str, Any]) -> NotebookNode:
    """Make sure that what was put in can be reached as attributes, like all the rest."""
    import nbformat

    return nbformat.from_dict(nb)
