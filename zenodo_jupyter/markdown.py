"""Markdown with formulas, as HTML that needs no script: TeX becomes MathML, which browsers draw themselves.

What comes out is not yet safe to show: the renderings of the record and of the embedded repository clean it, each for its page.
"""

from __future__ import annotations

from html import escape
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: MathML Core without its links: what a page that shows formulas has to let through.
TAGS = _words(
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub msubsup msup "
    "mtable mtd mtext mtr munder munderover"
)
ATTRIBUTES = _words(
    "accent columnalign columnspacing depth display displaystyle fence form height largeop linethickness lspace mathvariant "
    "maxsize minsize movablelimits rowspacing rspace scriptlevel separator stretchy symmetric width"
)


def html(text: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Render Markdown as notebooks write it.

    Parameters
    ----------
    text : str
        Markdown with tables, strikethrough and TeX between dollar signs or in environments.
    attachments : dict
        Pictures of a notebook's cell, by name and media type.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class WithFormulas(IPythonRenderer):  # defined here, since nbconvert is slow to import
        """nbconvert's renderer, which leaves formulas to a script, with formulas written out."""

        def inline_math(self, body: str) -> str:
            return formula(body)

        def block_math(self, body: str) -> str:
            return formula(body, block=True)

        def latex_environment(self, name: str, body: str) -> str:
            return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    renderer = WithFormulas(escape=False, attachments=attachments or {}, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(text))


def formula(tex: str, *, block: bool = False) -> str:
    r"""Return TeX as MathML; what cannot be read stays TeX.

    >>> "<msup>" in formula("x^2")
    True
    >>> print(formula(r"\frac{"))
    <code>\frac{</code>
    """
    from latex2mathml.converter import convert

    try:
        return str(convert(tex, display="block" if block else "inline"))
    except Exception:  # its errors have no common base, and a formula is never worth the page around it
        return f"<code>{escape(tex)}</code>"


def latex(text: str) -> str:
    """Return the LaTeX of an output, which has its own dollar signs or environment; tables and text stay as they are."""
    tex = text.strip()
    for mark in ("$$", "$"):
        if len(tex) > 2 * len(mark) and tex.startswith(mark) and tex.endswith(mark):
            return formula(tex[len(mark) : -len(mark)], block=True)
    return formula(tex, block=True) if tex.startswith("\\begin{") else f"<pre>{escape(text)}</pre>"


def exporter() -> Any:
    """Return nbconvert's HTML exporter, which writes the bare cells, with formulas written out."""
    from jinja2 import pass_context
    from nbconvert import HTMLExporter

    class BareCells(HTMLExporter):
        """Cells as nested elements with class names, no style and no script."""

        @pass_context
        def markdown2html(self, context: Any, source: str) -> str:
            return html(source, dict((context.get("cell") or {}).get("attachments") or {}))

    return BareCells(template_name="basic")
