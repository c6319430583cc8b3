"""Words and phrases in the full text index; wildcards and ranges as the words that are there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from . import searchfields
from .conditions import Condition, Match
from .database import Database
from .searchfields import TEXTS, WHOLE

_LAST = "\U0010ffff"
#: More words than this are not looked for at once.
_MOST = 5000
# Fields by how their text becomes words: one of each kind stands for all of them.
_ACCENTED, _PLAIN = "metadata.title", "metadata.publisher"
_ACCENTED_COLUMNS = " ".join(f'"{c}"' for c in TEXTS if searchfields.is_accented(c))
_PLAIN_COLUMNS = " ".join(f'"{c}"' for c in TEXTS if not searchfields.is_accented(c))


class TooManyWords(ValueError):
    """A pattern fits more words than can be looked for."""


@dataclass(frozen=True)
class Wanted:
    """Which of the words that are there are wanted.

    Attributes
    ----------
    test : callable
        Given a field, returns what tells of a word of its kind whether it is wanted.
    low, high : str
        Only words between these are looked at.
    prefix : str
        Every word that begins so is wanted, and nothing else.
    """

    test: Callable[[str], Callable[[str], bool]]
    low: str = ""
    high: str = _LAST
    prefix: str = ""


def word(value: str) -> Condition | None:
    """Return the condition that a word, or one of several that it falls into, occurs anywhere."""
    return _anywhere(value, lambda tokens: " OR ".join(map(_quoted, tokens)))


def phrase(value: str, slop: int) -> Condition | None:
    """Return the condition that words stand in a row anywhere, or at most ``slop`` words apart."""
    return _anywhere(value, lambda tokens: _row(tokens, slop))


def word_in(value: str, field: str) -> Condition | None:
    """Return the condition that a word occurs in a field."""
    tokens = searchfields.words(value, field)
    return Match(f'"{field}" : ({" OR ".join(map(_quoted, tokens))})') if tokens else None


def phrase_in(value: str, field: str, slop: int) -> Condition | None:
    """Return the condition that words stand in a row in a field."""
    tokens = searchfields.words(value, field)
    return Match(f'"{field}" : {_row(tokens, slop)}') if tokens else None


def _anywhere(value: str, expression: Callable[[list[str]], str]) -> Condition | None:
    accented, plain = (searchfields.words(value, field) for field in (_ACCENTED, _PLAIN))
    whole = searchfields.whole_word(value)
    if accented == plain == [whole.lower()]:
        return Match(expression(plain))
    parts = [f'"{WHOLE}" : {_quoted(whole)}'] if whole else []
    for columns, tokens in ((_ACCENTED_COLUMNS, accented), (_PLAIN_COLUMNS, plain)):
        if tokens:
            parts.append(f"{{{columns}}} : ({expression(tokens)})")
    if not (accented or plain):
        return None
    return Match(" OR ".join(parts))


def _quoted(token: str) -> str:
    """Return a word of FTS5's language; quoted, no text can be an operator of it."""
    return '"' + token.replace('"', '""') + '"'


def _row(tokens: list[str], slop: int) -> str:
    if slop and len(tokens) > 1:
        return f"NEAR({' '.join(map(_quoted, tokens))}, {slop})"
    return _quoted(" ".join(tokens))


def wild(raw: str) -> Wanted:
    """Return the words that a pattern with ``*`` and ``?`` wants; a backslash makes either an ordinary letter."""
    pieces = [re.findall(r"\\.|[^*\\]|\\$", piece) for piece in re.findall(r"((?:\\.|[^*\\]|\\$)*)(?:\*+|$)", raw)[:-1]]
    if raw.endswith("*") and not raw.endswith("\\*"):
        pieces.append([])
    start = "".join(re.sub(r"\\(.)", r"\1", part) for part in itertools.takewhile(lambda p: p != "?", pieces[0]))
    if len(pieces) == 2 and start and len(pieces[0]) == len(start) and not pieces[1]:
        return Wanted(lambda _field: lambda _word: True, prefix=start)

    def test(field: str) -> Callable[[str], bool]:
        parts = [
            re.compile("".join("." if p == "?" else re.escape(searchfields.pattern_of(p[-1], field)) for p in piece))
            for piece in pieces
        ]
        return lambda word: _fits(word, parts, len(pieces[-1]))

    low = start.lower() if start.isascii() else ""
    return Wanted(test, low, low + _LAST)


def _fits(word: str, pieces: list[re.Pattern[str]], last: int) -> bool:
    """Tell whether the pieces between a pattern's stars are in a word one behind the other; ``last`` letters are the end."""
    first = pieces[0].match(word)
    if first is None or len(pieces) == 1:
        return first is not None and first.end() == len(word)
    at = first.end()
    for piece in pieces[1:-1]:
        found = piece.search(word, at)
        if found is None:
            return False
        at = found.end()
    return len(word) - last >= at and pieces[-1].match(word, len(word) - last) is not None


def between(ends: tuple[str | None, ...], includes: tuple[bool, bool]) -> Wanted:
    """Return the words between two."""
    low, high = ((end or "").lower() for end in ends)

    def fits(word: str) -> bool:
        above = not low or (word >= low if includes[0] else word > low)
        return above and (not high or (word <= high if includes[1] else word < high))

    return Wanted(lambda _field: fits, low, high or _LAST)


def similar(value: str, degree: object) -> Wanted:
    """Return the words that differ from one in at most so many letters, two at the most; in none if none is said."""
    most = min(int(float(str(degree or 0))), 2)
    return Wanted(lambda field: lambda word: _distance(searchfields.pattern_of(value, field), word, most) <= most)


def _distance(one: str, other: str, most: int) -> int:
    """Return how many letters have to be changed, added or left out; anything above ``most`` when it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
        if min(row) > most:
            return most + 1
        before = row
    return before[-1]


def expand(db: Database, wanted: Wanted, field: str) -> Condition | None:
    """Return the condition that one of the wanted words occurs, in a field or anywhere.

    Raises
    ------
    TooManyWords
        When there are more than can be looked for.
    """
    kinds = (
        [(field, f'"{field}"')]
        if field
        else [(_ACCENTED, f"{{{_ACCENTED_COLUMNS}}}"), (_PLAIN, f"{{{_PLAIN_COLUMNS}}}")]
    )
    if wanted.prefix:
        starts = [(columns, searchfields.pattern_of(wanted.prefix, kind)) for kind, columns in kinds]
        return Match(" OR ".join(f"({columns} : {_quoted(start)} *)" for columns, start in starts))
    rows = db.all("SELECT term FROM words WHERE term >= ? AND term <= ?", wanted.low, wanted.high)
    terms = [row["term"] for row in rows if row["term"] != "¦"]
    parts = []
    for kind, columns in kinds:
        fitting = list(filter(wanted.test(kind), terms))
        if len(fitting) > _MOST:
            raise TooManyWords(f"This fits more than {_MOST} words: give more of the letters.")
        if fitting:
            parts.append(f"{columns} : ({' OR '.join(map(_quoted, fitting))})")
    return Match(" OR ".join(f"({part})" for part in parts)) if parts else Match('"¦ ¦"')
