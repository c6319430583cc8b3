"""Suggesting: what a repository's vocabularies know, offered while a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets as W

from ..errors import ZenodoJupyterError
from ..metadata.fields import Field
from ..repository import Repository
from ..suggestions import Suggestion, suggest

#: Seconds of quiet after a letter before the repository is asked, so that a word is one question.
QUIET = 0.25
#: Starts a search whenever a person types into a control; see `Suggester.__call__`.
Suggest = Callable[..., None]


class Suggester:
    """Asks a repository, in threads.

    Parameters
    ----------
    repository : callable
        Returns the repository to ask at that moment, or None.
    """

    def __init__(self, repository: Callable[[], Repository | None]) -> None:
        self._repository = repository
        self._timers: dict[int, threading.Timer] = {}

    def __call__(self, control: W.Combobox, vocabulary: str, known: dict[str, Any], field: Field | None = None) -> None:
        """Search a vocabulary whenever a person types into a control.

        Parameters
        ----------
        control : Combobox
            Gets what was found as its options.
        vocabulary : str
            Its name; nothing is searched where it is empty.
        known : dict
            Label to value; is added to, so that the form knows what a label means.
        field : Field, optional
            The group whose items are looked for; the values are then dictionaries of its sub-fields.
        """
        offered = tuple(control.options)

        def typed(change: dict[str, Any]) -> None:
            text = change["new"].strip()
            earlier = self._timers.pop(id(control), None)
            if earlier is not None:
                earlier.cancel()
            if len(text) > 1 and text not in known:
                timer = threading.Timer(QUIET, self._search, (control, vocabulary, text, known, field, offered))
                timer.daemon = True
                self._timers[id(control)] = timer
                timer.start()

        if vocabulary:
            control.observe(typed, "value")

    def _search(
        self, control: W.Combobox, vocabulary: str, text: str, known: dict[str, Any], field: Field | None, offered: Any
    ) -> None:
        repository = self._repository()
        if repository is None:
            return
        try:
            hits = suggest(repository, vocabulary, text)
        except ZenodoJupyterError:  # a repository without this vocabulary, or no network: it is then written as it is
            return
        found = {hit.label: value_of(hit, field) for hit in hits}
        known.update(found)
        control.options = tuple(dict.fromkeys((*found, *offered)))


def value_of(hit: Suggestion, field: Field | None) -> Any:
    """Return what is kept of an item: its id, or for a group its id and the sub-fields that it tells."""
    if field is None:
        return hit.value["id"]
    return {
        field.key: hit.value["id"],
        **{f.name: hit.value[f.name] for f in field.fields if isinstance(hit.value.get(f.name), str)},
    }
