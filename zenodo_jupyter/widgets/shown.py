"""Shown: how a form gets into the output of a cell, and becomes plain HTML there when it has done its work.

A form in the output is a live one and, beside it, HTML for where there is no kernel. When it has done its work the output is
replaced by the record's card, so that what is saved, and published, has no widget in it.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Mapping
from typing import Any

import ipywidgets as W
from IPython.core.getipython import get_ipython

from .. import card, frontend
from . import look


class Shown:
    """What is shown in a cell.

    Attributes
    ----------
    widget : VBox
        The form.
    """

    #: What stands where the form cannot be live, as a sentence.
    instead = ""

    def __init__(self) -> None:
        self.widget = look.with_classes(W.VBox((W.HTML(look.STYLE, layout=W.Layout(display="none")),)), "zw")
        self._display_id = uuid.uuid4().hex
        self._displayed = False

    def put(self, *parts: W.Widget) -> None:
        """Put parts into the form, below the style sheet."""
        self.widget.children = (self.widget.children[0], *parts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if frontend.is_rerun():
            print(f"This notebook is only being run again. {self.instead}")
        elif not frontend.shows_widgets():
            print(f"There is nobody here to fill in a form. {self.instead}")
        else:
            display(self._live(), raw=True, display_id=self._display_id)
            self._displayed = True
            self.begin()

    def begin(self) -> None:
        """Do what is done when it is first shown."""

    def _live(self) -> dict[str, Any]:
        text = html.escape(self.instead)
        return {
            card.WIDGET: {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id},
            # By its MIME type it is known as ours, and does not count as a result of the notebook.
            card.MIME: {"kind": "form", "note": self.instead},
            "text/html": f"<p>{text}</p>",
            "text/plain": self.instead,
        }

    def settle(self, shown: Mapping[str, Any]) -> None:
        """Put a card in the form's place, in the output of the cell.

        Parameters
        ----------
        shown : mapping
            From `card.of`.
        """
        if self._displayed and get_ipython() is not None:
            from IPython.display import update_display

            update_display(card.bundle(shown), raw=True, display_id=self._display_id)
        self.put(look.raw(card.html(shown)))
