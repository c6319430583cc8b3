"""A notebook as HTML to look at: nbconvert renders it, `markup` cleans it."""

from __future__ import annotations

import base64
import re
from html import escape
from typing import Any

from .. import markdown
from . import markup

_INTERACTIVE = '<p class="note">An interactive output. It is alive when the notebook is opened in Jupyter.</p>'
_ALT = "Output of cell {count}"
# Richest first, in JupyterLab's order; what needs a script to be seen is not among them.
_SHOWN = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png", "image/jpeg", "text/plain")


def notebook(text: str) -> str:
    """Return a notebook's cells and outputs as an HTML fragment that is safe to show.

    Parameters
    ----------
    text : str
        A notebook file of any nbformat version.

    Raises
    ------
    ValueError
        When it is not a notebook.
    """
    import jinja2
    import nbformat

    try:
        nb = nbformat.reads(text, as_version=4)
        _prepare(nb)
        body, _ = markdown.exporter().from_notebook_node(nb)
    except (nbformat.ValidationError, jinja2.TemplateError) as error:
        raise ValueError(f"not a notebook: {error}") from error
    return f'<article class="notebook prose">{markup.preview(body)}</article>'


def _prepare(nb: Any) -> None:
    """Make every output still."""
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            if "data" in output:
                output["data"] = _still(output["data"], cell.get("execution_count"))
                output["metadata"] = {}


def _still(data: dict[str, Any], count: int | None) -> dict[str, str]:
    """Reduce an output to one form that can be shown without scripts, with a name for those who do not see it."""
    alt = escape(_ALT.format(count=count) if count else "Output")
    for mimetype in _SHOWN:
        if mimetype not in data:
            continue
        value = "".join(data[mimetype]) if isinstance(data[mimetype], list) else str(data[mimetype])
        if mimetype == "text/html":
            cleaned = markup.preview(value)
            if not re.search("<(?:img|math|hr)", cleaned) and not markup.plain(cleaned):
                continue  # it was nothing but a script
            return {"text/html": cleaned}
        if mimetype == "text/markdown":
            return {"text/html": markdown.html(value)}
        if mimetype == "text/latex":
            return {"text/html": markdown.latex(value)}
        if mimetype.startswith("image/"):
            encoded = base64.b64encode(value.encode()).decode() if "svg" in mimetype else re.sub(r"\s", "", value)
            return {"text/html": f'<img alt="{alt}" src="data:{mimetype};base64,{escape(encoded)}">'}
        if mimetype == "text/plain" and "text/html" in data:
            break  # the text of an interactive output is only its name
        return {mimetype: value}
    return {"text/html": _INTERACTIVE}
