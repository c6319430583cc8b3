"""A notebook as one HTML page that anyone can read: no script in it, and nothing is loaded from elsewhere.

What strangers wrote is hostile: outputs and Markdown pass a list of what is allowed (nh3), everything else is dropped. A
Content-Security-Policy in the page forbids besides what the list should have caught.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from . import markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Tags that may stand in the page. SVG is not among them: such outputs become images, in which nothing can run.
_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure "
        "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark meter ol p pre progress q s samp section small span strike strong "
        "sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr",
    )
)
_ATTRIBUTES = {
    "*": {"align", "class", "dir", "id", "lang", "role", "style", "title"},
    "a": {"href"},
    "col": {"span", "width"},
    "img": {"alt", "height", "src", "width"},
    "meter": {"max", "min", "value"},
    "ol": {"start", "type"},
    "progress": {"max", "value"},
    "td": {"colspan", "rowspan", "valign"},
    "th": {"colspan", "rowspan", "scope", "valign"},
}
_EMBEDDED_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml|bmp)[;,]", re.IGNORECASE)
# Styles that could load something, run something, or lay one part of the page over another.
_REFUSED_STYLE = re.compile(
    r"url\s*\(|image|@|\\|expression|^position|^z-index|^behaviou?r|^-moz-binding", re.IGNORECASE
)
#: What a page of Jupyter shows of an output, best first; of these only what can stand still.
_STILL = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "image/gif",
    "text/markdown",
    "text/latex",
    "text/plain",
)
_MOVING = ("application/javascript", "application/vnd.jupyter.widget-view+json")
_INTERACTIVE = "Interactive output: open the notebook in Jupyter to see it."
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: #1f2328 }
h1, h2, h3, h4 { line-height: 1.25 }
a { color: #0b5cad }
.anchor-link, .prompt:empty { display: none }
img { max-width: 100%; height: auto }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
pre, code, .prompt { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
.cell { margin: .75rem 0 }
.prompt { color: #5b6570; font-size: 11px; padding-top: .5rem }
.input_area .highlight { background: #f6f8fa; border-left: 3px solid #c9d1d9; padding: .5rem .75rem; overflow-x: auto }
.output_subarea { padding: .4rem .75rem; overflow-x: auto }
.output_stderr { background: #fdf3f2 }
table { border-collapse: collapse; font-size: 13px }
th, td { padding: .25rem .6rem; text-align: right }
thead { border-bottom: 1px solid #8c959f }
tbody tr:nth-child(odd) { background: #f6f8fa }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 3px solid #d0d7de }
.ansi-bold { font-weight: bold }
.ansi-red-fg, .ansi-red-intense-fg { color: #b42318 }
.ansi-green-fg, .ansi-green-intense-fg { color: #17693a }
.ansi-yellow-fg, .ansi-yellow-intense-fg { color: #7a5b00 }
.ansi-blue-fg, .ansi-blue-intense-fg { color: #0b5cad }
.ansi-magenta-fg, .ansi-magenta-intense-fg { color: #7d3c98 }
.ansi-cyan-fg, .ansi-cyan-intense-fg { color: #0e6b74 }
"""


def render_html(nb: NotebookNode, title: str) -> bytes:
    """Return a notebook as one self-contained page.

    The page makes no request: images from elsewhere become links. It has no script: of an interactive output it shows the
    still picture or the text beside it, and where there is neither, a line that says so. The same notebook always gives the
    same bytes with the same nbconvert. TeX formulas become MathML, which browsers draw by themselves; one that cannot be
    read stays TeX.

    Parameters
    ----------
    nb : NotebookNode
        The notebook; it is not changed.
    title : str
        The title of the page.

    Returns
    -------
    bytes
        HTML in UTF-8.
    """
    from pygments.formatters import HtmlFormatter

    body, _ = markdown.exporter().from_notebook_node(_shown(nb))
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{colours}</style>\n</head>\n<body>\n<main>\n"
        f"{_link_images(sanitise(body))}\n</main>\n</body>\n</html>\n"
    )
    return page.encode("utf-8", "replace")


def sanitise(html: str) -> str:
    """Keep only what is allowed in a still page; images stay only where their bytes are in the address.

    >>> sanitise('<b onclick="x()">a</b><script>steal()</script>')
    '<b>a</b>'
    """
    import nh3

    return nh3.clean(
        html.encode(
            "utf-8", "replace"
        ).decode(),  # half of a surrogate pair, which a notebook's JSON can hold, is no text
        tags=set(_TAGS | markdown.TAGS),
        clean_content_tags={"script", "style"},
        attributes={**_ATTRIBUTES, **{tag: set(markdown.ATTRIBUTES) for tag in markdown.TAGS}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data", "ftp"},
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return what stays of one attribute, None to drop it."""
    if name == "style":
        parts = [part.strip() for part in value.split(";")]
        return ";".join(part for part in parts if part and not _REFUSED_STYLE.search(part)) or None
    if tag == "a" and name == "href" and value.strip().lower().startswith("data:"):
        return None
    return value


def _link_images(html: str) -> str:
    """Turn every image whose bytes are not in the page into a link to where it is."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for image in soup.find_all("img"):
        address = str(image.get("src") or "")
        if _EMBEDDED_IMAGE.match(address):
            continue
        text = str(image.get("alt") or "") or address or "image"
        if image.find_parent("a") or not address:
            image.replace_with(text)
        else:
            link = soup.new_tag("a", href=address, rel="noopener noreferrer")
            link.string = text
            image.replace_with(link)
    return str(soup)


def _shown(nb: Mapping[str, Any]) -> NotebookNode:
    """Return what is shown of a notebook, as a sound one: nbconvert takes no other, and Jupyter opens many others."""
    import nbformat

    language = (nb["metadata"].get("language_info") or {}).get("name")
    about = {"language_info": {"name": language}} if isinstance(language, str) else {}
    cells = [_shown_cell(cell) for cell in nb["cells"]]
    return nbformat.from_dict({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 4})  # 4: without ids


def _shown_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kind = cell["cell_type"] if cell["cell_type"] in ("code", "markdown") else "raw"
    shown: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": cell["source"]}
    if kind == "code":
        shown["execution_count"] = _count(cell)
        shown["outputs"] = [_shown_output(output) for output in cell.get("outputs", ())]
    if kind == "markdown":
        attached = {name: _pictures(files) for name, files in cell.get("attachments", {}).items()}
        shown["attachments"] = attached = {name: files for name, files in attached.items() if files}
        there = "|".join(map(re.escape, attached)) or r"(?!)"
        # What is not attached any more is a link to nowhere; nbconvert would end at it.
        gone = rf"(\]\(<?|\]:\s*)attachment:(?!(?:{there})(?:[)\s>]|$))"
        shown["source"] = re.sub(gone, r"\1", cell["source"])
    return shown


def _pictures(files: Mapping[str, Any]) -> dict[str, str]:
    return {mime: text for mime, text in files.items() if mime.startswith("image/") and isinstance(text, str)}


def _shown_output(output: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce an output to what is shown of it, with what some writers leave out and the template prints."""
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": output.get("text", "")}
    if kind == "error":
        empty = {"ename": "", "evalue": "", "traceback": []}
        return {"output_type": "error", **{name: output.get(name, nothing) for name, nothing in empty.items()}}
    known = output.get("metadata")
    about = {mime: _size(known.get(mime)) for mime in _STILL} if isinstance(known, dict) else {}
    shown = {"output_type": "display_data", "metadata": about, "data": _still(output.get("data") or {})}
    if kind != "execute_result":
        return shown
    return {**shown, "output_type": kind, "execution_count": _count(output)}


def _count(counted: Mapping[str, Any]) -> int | None:
    count = counted.get("execution_count")
    return count if type(count) is int and count >= 0 else None


def _size(about: Any) -> dict[str, Any]:
    """Return what an author said of a picture, as far as the template heeds it."""
    known = about.items() if isinstance(about, dict) else ()
    return {name: value for name, value in known if name in ("alt", "height", "width") and isinstance(value, str | int)}


def _still(data: Mapping[str, Any]) -> dict[str, Any]:
    """Choose from an output's representations the best one that can stand still."""
    for mime in _STILL:
        value = data.get(mime)
        if not isinstance(value, str) or not value.strip():
            continue
        if mime == "text/html" and not _has_substance(value):
            continue  # only a script and the place where it would draw
        if mime == "image/svg+xml":
            address = base64.b64encode(value.encode("utf-8", "replace")).decode()
            return {"text/html": f'<img alt="Figure" src="data:image/svg+xml;base64,{address}">'}
        if mime == "text/markdown":
            return {"text/html": markdown.html(value)}
        if mime == "text/latex":
            return {"text/html": markdown.latex(value)}
        if mime == "text/plain" and any(kind in data for kind in _MOVING):
            break  # its text is only the repr of an object
        return {mime: value}
    return {"text/plain": _INTERACTIVE}


def _has_substance(html: str) -> bool:
    clean = sanitise(html)
    return bool(_EMBEDDED_IMAGE.search(clean) or re.sub(r"<[^>]*>|&nbsp;|\s", "", clean))
