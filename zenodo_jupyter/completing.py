"""Completing: what can come next on a line of ``%zenodo``: verbs, options, repositories, recent DOIs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from . import grammar, rows, standing
from .errors import ZenodoJupyterError

if TYPE_CHECKING:
    from .config import Config

#: How many recent DOIs are offered.
RECENT = 10
#: Options and arguments whose value is a repository, or a DOI.
_REPOSITORY = ("to", "from_", "name")
_DOI = ("doi", "version_of", "open")


def complete(line: str, config: Config) -> list[str]:
    """Return what can come next.

    Parameters
    ----------
    line : str
        From ``%zenodo`` to the cursor.
    config : Config
        Repositories, and where the journal is.

    Returns
    -------
    list of str
        All that fits the place; the caller keeps what begins as typed. Empty where a file's name is expected.
    """
    words = line.split()[1:]
    typed = words.pop() if words and not line[-1].isspace() else ""
    known = _verbs()
    if not words:
        return sorted([*known, "watch"])
    if words == ["watch"]:
        return ["forget", "off", "on"]
    if words[0] not in known:
        return []
    actions = known[words[0]]._actions
    option = next((a for a in actions if words[-1] in a.option_strings and a.nargs != 0), None)
    if option is not None:
        return _values(option, config)
    if typed.startswith("-"):
        return sorted(name for a in actions for name in a.option_strings if name.startswith("--"))
    count = _positionals(words[1:], actions)
    places = [a for a in actions if not a.option_strings]
    return _values(places[count], config) if count < len(places) else []


def recent(config: Config) -> list[str]:
    """Return the DOIs that were published or fetched from here, the newest first."""
    found: dict[str, None] = {}
    try:
        entries = standing.journal(config).entries()
    except ZenodoJupyterError:  # a damaged file of the journal is told by the verb that needs it
        entries = []
    deposits = [d for entry in entries for d in entry.deposits]
    for deposit in sorted(deposits, key=lambda d: d.get("published") or "", reverse=True):
        found |= dict.fromkeys(doi for doi in (deposit.get("doi"), deposit.get("concept_doi")) if doi)
    for note in sorted(Path(config.data_dir, "cache", "known").glob("*.json"), key=lambda p: -p.stat().st_mtime):
        found[json.loads(note.read_text(encoding="utf-8"))["doi"]] = None
    return list(found)[:RECENT]


def _verbs() -> dict[str, argparse.ArgumentParser]:
    top = grammar.parser("%zenodo")
    return next(a.choices for a in top._actions if isinstance(a, argparse._SubParsersAction))


def _values(action: argparse.Action, config: Config) -> list[str]:
    if action.choices:
        return sorted(map(str, action.choices))
    if action.dest in _REPOSITORY:
        return sorted(rows.configured(config))
    return recent(config) if action.dest in _DOI else []


def _positionals(words: list[str], actions: list[argparse.Action]) -> int:
    """Count the arguments that are there already, without options and their values."""
    takes = {name for a in actions for name in a.option_strings if a.nargs != 0}
    before = ["", *words]
    return sum(not w.startswith("-") and b not in takes for b, w in zip(before, words, strict=False))
