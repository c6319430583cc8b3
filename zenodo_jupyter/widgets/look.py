"""How the forms look: JupyterLab's own colours with fallbacks for other front ends, and the pieces that all parts share."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as W

#: One style sheet for all forms. Colours are JupyterLab's variables, so that light, dark and contrast themes need no second
#: sheet; elsewhere the text's own colour and tints of it are taken. Widths follow the cell, not the window.
STYLE = """<style>
.zw { max-width: 46em; padding: 2px; container-type: inline-size; color: var(--jp-ui-font-color1, inherit);
  font-family: var(--jp-ui-font-family, sans-serif); font-size: var(--jp-ui-font-size1, 13px); line-height: 1.45;
  --zw-line: var(--jp-border-color1, rgba(128,128,128,.5)); --zw-red: var(--jp-error-color0, #b71c1c); }
[data-jp-theme-light="false"] .zw { --zw-red: var(--jp-error-color2, #ef9a9a); }
.zw .widget-html, .zw .widget-html-content { line-height: 1.45; height: auto; margin: 0; overflow-wrap: anywhere;
  font-size: inherit; white-space: normal; }
.zw .widget-html-content { width: 100%; }
.zw .widget-vbox, .zw .widget-hbox { overflow: visible; margin: 0; }
.zw .zw-field { flex-direction: column; align-items: stretch; width: auto; height: auto; margin: 6px 2px 0; }
.zw .zw-field > .widget-label { width: auto; height: auto; text-align: left; font-weight: 600; line-height: 1.6;
  white-space: normal; color: inherit; }
.zw .zw-field > input, .zw .zw-field > select, .zw .zw-field > textarea { width: 100%; box-sizing: border-box;
  min-height: 28px; color: inherit; font-size: inherit; flex: none; }
.zw .zw-field > select { height: 28px; } .zw .zw-field > select[multiple] { height: auto; }
.zw .zw-field > input::placeholder, .zw .zw-field > textarea::placeholder { color: inherit; opacity: .55; }
.zw .zw-unlabelled .zw-field:not(.zw-wrong) > .widget-label, .zw .zw-aloud {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); } .zw .zw-unlabelled .zw-field { margin-top: 2px; }
.zw .zw-wrong > .widget-label, .zw .zw-wrong .widget-label-basic { color: var(--zw-red); }
.zw .zw-wrong > input, .zw .zw-wrong > select, .zw .zw-wrong > textarea { border: 2px solid var(--zw-red) !important; }
.zw .zw-tick { width: auto; height: auto; margin: 2px; }
.zw .zw-tick .widget-label-basic { width: auto; height: auto; color: inherit; line-height: 1.6; white-space: normal; }
.zw .zw-soft { opacity: .78; }
.zw .zw-error { color: var(--zw-red); }
.zw .zw-note { padding: 6px 10px; border: 1px solid var(--zw-line); border-left-width: 4px; margin: 6px 2px; }
.zw .zw-stop { border-left-color: var(--zw-red); }
.zw .zw-good { border-left-color: var(--jp-success-color0, #1b5e20); }
.zw .zw-head { font-size: 1.1em; font-weight: 600; }
.zw .zw-body .zw-head { margin: 10px 2px 0; font-size: 1em; }
.zw .zw-body { padding: 0 0 8px 18px; }
.zw .zw-row { border: 1px solid var(--zw-line); border-radius: 3px; padding: 4px 8px 6px; margin: 4px 2px; }
.zw .zw-line { flex-flow: row wrap; align-items: flex-end; }
.zw .zw-line > .zw-grow { flex: 1 1 14em; min-width: 0; width: auto; }
.zw button.zw-button, .zw button.zw-fold, .zw button.zw-main { width: auto; height: auto; min-height: 28px; line-height: 1.4;
  padding: 3px 10px; margin: 3px 2px; white-space: normal; overflow: visible; overflow-wrap: anywhere; text-overflow: clip;
  color: inherit; border-radius: 3px; background: transparent; border: 1px solid var(--zw-line); font-size: inherit; }
.zw .widget-vbox > button.zw-button { align-self: flex-start; }
.zw button.zw-button:hover, .zw button.zw-fold:hover { background: var(--jp-layout-color2, rgba(128,128,128,.15)); }
.zw button:disabled { opacity: .6; }
.zw button.zw-fold { display: block; width: calc(100% - 4px); text-align: left; border-color: transparent; font-weight: 600;
  padding-left: 2px; }
.zw button.zw-main { background: var(--jp-brand-color1, #1565c0); color: #fff; border-color: transparent; font-weight: 600;
  padding: 6px 18px; }
[data-jp-theme-light="false"] .zw button.zw-main { background: #1565c0; }
.zw button:focus-visible, .zw input:focus-visible, .zw select:focus-visible, .zw textarea:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: 1px; }
.zw .zw-part { border-top: 1px solid var(--zw-line); padding: 2px 0; }
.zw .zw-bar { width: auto; } .zw .zw-bar .progress { min-width: 6em; }
.zw .widget-html-content a { color: var(--jp-content-link-color, #1565c0); text-decoration: underline; }
.zw .zw-files { width: 100%; } .zw .zw-mono { font-family: var(--jp-code-font-family, monospace); }
@container (max-width: 280px) { .zw-body { padding-left: 4px; } }
</style>"""


def words(text: str, *classes: str) -> W.HTML:
    """Return a text as a widget; it is escaped."""
    return raw(html.escape(text).replace("\n", "<br>"), *classes)


def raw(markup: str, *classes: str) -> W.HTML:
    """Return markup of ours as a widget; whatever a person wrote in it must be escaped."""
    return with_classes(W.HTML(markup, layout=W.Layout(width="auto")), *classes)


def with_classes(widget: W.DOMWidget, *classes: str) -> W.DOMWidget:
    """Give a widget classes of our style sheet, and return it."""
    for name in classes:
        widget.add_class(name)
    return widget


def button(text: str, press: Callable[[], object], kind: str = "zw-button", tooltip: str = "") -> W.Button:
    """Return a button; its text is its name for screen readers, the tooltip says more."""
    made = with_classes(W.Button(description=text, tooltip=tooltip or text), kind)
    made.on_click(lambda _: press())
    return made


def line(*widgets: W.Widget) -> W.HBox:
    """Return widgets side by side, wrapped where the cell is narrow."""
    return with_classes(W.HBox(widgets), "zw-line")


def show(widget: W.DOMWidget, visible: bool) -> None:
    """Show or hide a widget."""
    widget.layout.display = None if visible else "none"


def link(url: str, text: str) -> str:
    """Return a link that opens in a tab of its own; an address that is not http is shown as text."""
    if not url.startswith(("http://", "https://")):
        return html.escape(text)
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener">{html.escape(text)}</a>'


class Fold:
    """A part with a heading that opens and closes; what is in it is made when it is first opened.

    Parameters
    ----------
    title : str
        The heading.
    build : callable
        Makes what is in it.
    is_open : bool
        Whether it starts open.
    """

    def __init__(self, title: str, build: Callable[[], W.Widget], is_open: bool = False) -> None:
        self.title = title
        self.is_open = False
        self._build = build
        self._summary = ""
        self._heading = button("", self.toggle, "zw-fold")
        self._body = with_classes(W.VBox(()), "zw-body")
        self.widget = with_classes(W.VBox((self._heading, self._body)), "zw-part")
        self._draw()
        if is_open:
            self.toggle()

    def summarise(self, text: str) -> None:
        """Set what stands beside the heading."""
        self._summary = text
        self._draw()

    def toggle(self) -> None:
        """Open it, or close it."""
        self.is_open = not self.is_open
        if self.is_open and not self._body.children:
            self._body.children = (self._build(),)
        self._draw()

    def open(self) -> None:
        """Open it, if it is closed."""
        if not self.is_open:
            self.toggle()

    def _draw(self) -> None:
        show(self._body, self.is_open)
        mark = "▾" if self.is_open else "▸"
        self._heading.description = f"{mark} {self.title}" + (f": {self._summary}" if self._summary else "")
        self._heading.tooltip = "Close" if self.is_open else "Open"
