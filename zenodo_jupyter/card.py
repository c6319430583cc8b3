"""Card: a record, or the verdict on one, as it stands in the output of a cell: JSON for a renderer, HTML, text.

An output with a card tells what became of the notebook, so that it is no result of it: it does not count when a notebook is
compared with itself.
"""

from __future__ import annotations

import html as _html
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .badge import badge_colour, why_not
from .doi import DOI

if TYPE_CHECKING:
    from .records import Record
    from .repository import Repository

#: The MIME type of cards.
MIME = "application/vnd.zenodo-jupyter.record+json"
#: Of the live form that a card may stand in for; there is no kernel behind it in a published copy.
WIDGET = "application/vnd.jupyter.widget-view+json"
#: Marks that are told from each other without colour.
_MARKS = {"same": "=", "close": "≈", "differs": "≠", "unsteady": "~", "failed": "✖", "missing": "·", "extra": "+"}
#: The order in which a verdict is told, with its words.
VERDICTS = {"same": "the same", "close": "nearly the same", "differs": "different", "unsteady": "not deterministic",
            "failed": "not reached or failed", "missing": "missing", "extra": "new"}  # fmt: skip


def size(count: float) -> str:
    """Return a number of bytes in decimal units, as repositories give their limits.

    >>> size(999), size(1_500), size(50_000_000_000)
    ('999 B', '1.5 kB', '50.0 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def of(record: Record, repository: Repository, note: str = "", **more: Any) -> dict[str, Any]:
    """Return a record's card.

    Parameters
    ----------
    record : Record
        The record, or a draft with a reserved DOI.
    repository : Repository
        Where it is.
    note : str
        A sentence to stand below.
    **more
        ``citation`` (str), ``verdict`` (counts by verdict), ``outputs`` (one verdict each, in order), ``details`` (a sentence
        for each that is not the same).
    """
    registered = repository.row.registers(record.doi)
    return {
        "kind": "verdict" if "verdict" in more else "record",
        "title": record.title,
        "version": record.version or f"v{record.index}",
        "creators": [c.get("person_or_org", {}).get("name", "") for c in record.metadata.get("creators", [])],
        "doi": str(record.doi or ""),
        "concept_doi": str(record.concept_doi or ""),
        "registered": registered,
        "link": record.doi.url if record.doi and registered else record.html_url,
        "landing_page": record.html_url,
        "repository": repository.title,
        "files": len(record.files),
        "bytes": record.total_bytes,
        "note": note,
        **more,
    }


def html(card: Mapping[str, Any]) -> str:
    """Return a card as HTML; everything in it is escaped, and it loads nothing from elsewhere."""
    e = _html.escape
    rows = [
        f"<div><strong>{e(card['title'])}</strong> {e(card['version'])}</div>",
        f"<div>{e('; '.join(card['creators']))}</div>",
    ]
    if card["doi"]:
        rows.append(_badge(card))
    files = f" · {card['files']} files, {size(card['bytes'])}" if card["files"] else ""
    rows.append(f"<div>{e(card['repository'])}{files}</div>")
    if "verdict" in card:
        rows.append(_verdict(card))
    if card.get("citation"):
        rows.append(f'<div style="margin-top:6px">Cite: {e(card["citation"])}</div>')
    if card["note"]:
        rows.append(f'<div style="margin-top:6px">{e(card["note"])}</div>')
    return (
        '<div class="zenodo-jupyter-card" style="border:1px solid var(--jp-border-color1,#bdbdbd);border-radius:4px;'
        f'padding:8px 12px;max-width:46em;overflow-wrap:anywhere;line-height:1.5">{"".join(rows)}</div>'
    )


def text(card: Mapping[str, Any]) -> str:
    """Return a card as lines of text."""
    doi = card["doi"] + ("" if card["registered"] else f" ({why_not(DOI.parse(card['doi']))})") if card["doi"] else ""
    lines = [f"{card['title']} {card['version']}", "; ".join(card["creators"]), doi, card["landing_page"], card["note"]]
    return "\n".join(line for line in lines if line)


def bundle(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card as the data of a cell's output, by MIME type."""
    return {MIME: dict(card), "text/html": html(card), "text/plain": text(card)}


def is_card(output: Mapping[str, Any]) -> bool:
    """Tell whether a cell's output holds a card."""
    return MIME in (output.get("data") or {})


def settle(nb: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    """Put a card in the place of each live form of a notebook, which is changed: a published copy has no kernel.

    What a front end may have saved of the form's state, and with it what was typed, goes too.
    """
    for cell in nb["cells"]:
        for output in cell.get("outputs", ()):
            if is_card(output) and WIDGET in output["data"]:
                _forget_state(nb, output["data"][WIDGET].get("model_id", ""))
                output["data"] = bundle(card)


def _forget_state(nb: Mapping[str, Any], model_id: str) -> None:
    """Remove a widget and all that it consists of from the state that is saved with a notebook."""
    saved = nb["metadata"].get("widgets") or {}
    models = (saved.get("application/vnd.jupyter.widget-state+json") or {}).get("state") or {}
    left = [model_id]
    while left:
        model = models.pop(left.pop(), None)
        if model is not None:
            left += re.findall(r"IPY_MODEL_(\w+)", json.dumps(model))


def _badge(card: Mapping[str, Any]) -> str:
    """Write the badge as text: front ends drop drawings from the outputs of a notebook that is not trusted."""
    name = f"DOI {card['doi']}" + ("" if card["registered"] else f" ({why_not(DOI.parse(card['doi']))})")
    colour = badge_colour(card["registered"])
    style = f"display:inline-block;padding:0 8px;border-radius:3px;color:#ffffff;background-color:{colour}"
    shown = f'<span style="{style}">{_html.escape(name)}</span>'
    if re.match("https?://", card["link"]):
        shown = f'<a href="{_html.escape(card["link"])}" target="_blank" rel="noopener">{shown}</a>'
    return f'<div style="margin:6px 0">{shown}</div>'


def _verdict(card: Mapping[str, Any]) -> str:
    """Return a box for each output, how many there are of each verdict, and what is different."""
    box = "display:inline-block;width:20px;height:20px;margin:1px;text-align:center;line-height:18px;border-radius:3px"
    boxes = "".join(
        f'<span role="img" aria-label="output {i}: {VERDICTS[verdict]}" title="{VERDICTS[verdict]}" '
        f'style="{box};border:1px {"solid" if verdict == "same" else "dashed"} currentColor">{_MARKS[verdict]}</span>'
        for i, verdict in enumerate(card["outputs"], 1)
    )
    told = ", ".join(f"{count} {VERDICTS[name]}" for name, count in card["verdict"].items() if count)
    lines = [told or "no outputs to compare", *card["details"]]
    return f'<div style="margin-top:6px">{boxes}</div>' + "".join(f"<div>{_html.escape(line)}</div>" for line in lines)
