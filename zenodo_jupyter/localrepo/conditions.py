"""Conditions on the search index, and how they are joined: in the full text index as long as all of them are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Match:
    """An expression of SQLite's FTS5.

    Attributes
    ----------
    expression : str
        In brackets where that is needed.
    ranked : str
        What the order of the hits is computed with: words that need not occur, too.
    """

    expression: str
    ranked: str = ""

    @property
    def ranking(self) -> str:
        """The expression that hits are ranked by."""
        return self.ranked or self.expression

    def sql(self) -> tuple[str, list[Any]]:
        """Return it as a condition on ``documents d``, and its values."""
        return "d.doc IN (SELECT rowid FROM texts WHERE texts MATCH ?)", [self.expression]

    def source(self) -> tuple[str, list[Any]]:
        """Return ``FROM`` and ``WHERE`` for ``documents d`` that it is true of, and the values."""
        return Rows("1", match=self.expression).source()


@dataclass(frozen=True)
class Rows:
    """A condition in SQL on ``documents d``.

    Attributes
    ----------
    condition : str
        With question marks.
    values : list
        For them.
    ranking : str
        The expression of FTS5 that hits are ranked by; nothing where no words are looked for.
    match : str
        An expression of FTS5 that must hold, too; what it finds is looked at first.
    """

    condition: str
    values: list[Any] = field(default_factory=list)
    ranking: str = ""
    match: str = ""

    def sql(self) -> tuple[str, list[Any]]:
        """Return it and its values."""
        if not self.match:
            return self.condition, self.values
        found, values = Match(self.match).sql()
        return f"{found} AND {self.condition}", [*values, *self.values]

    def source(self) -> tuple[str, list[Any]]:
        """Return ``FROM`` and ``WHERE`` for ``documents d`` that it is true of, and the values."""
        if not self.match:
            return f"FROM documents d WHERE {self.condition}", self.values
        # CROSS: SQLite, which does not know how rare words are, would else ask of every document whether it has them.
        found = "FROM texts CROSS JOIN documents d ON d.doc = texts.rowid WHERE texts MATCH ?"
        return f"{found} AND {self.condition}", [self.match, *self.values]


Condition: TypeAlias = "Match | Rows"


def all_of(conditions: Sequence[Condition], welcome: Sequence[Condition] = ()) -> Condition:
    """Join conditions that must all hold; those that are ``welcome`` only move a hit up."""
    matches = [c.expression if isinstance(c, Match) else c.match for c in conditions]
    match = _joined([m for m in matches if m], "AND")
    ranked = [c.ranking for c in (*conditions, *welcome) if c.ranking]
    # Where the same words are looked for and ranked by, it is said once.
    ranking = match if ranked == [m for m in matches if m] else " OR ".join(f"({r})" for r in ranked)
    rest = [c for c in conditions if isinstance(c, Rows)]
    if not rest:
        return Match(match, ranking)
    joined = _in_sql([Rows(c.condition, c.values) for c in rest], "AND", ranking)
    return Rows(joined.condition, joined.values, ranking, match)


def any_of(conditions: Sequence[Condition]) -> Condition | None:
    """Join conditions of which one must hold; None if there are none."""
    if len(conditions) <= 1:
        return conditions[0] if conditions else None
    ranking = " OR ".join(f"({c.ranking})" for c in conditions if c.ranking)
    matches = [c.expression for c in conditions if isinstance(c, Match)]
    if len(matches) == len(conditions):
        return Match(_joined(matches, "OR"), ranking)
    return _in_sql(conditions, "OR", ranking)


def but_not(wanted: Condition | None, unwanted: Sequence[Condition]) -> Condition:
    """Take out what must not hold; from everything, if nothing is wanted."""
    barred = any_of(unwanted)
    assert barred is not None
    if isinstance(wanted, Match) and isinstance(barred, Match):
        return Match(f"({wanted.expression}) NOT ({barred.expression})", wanted.ranking)
    no, values = barred.sql()
    return all_of([*([wanted] if wanted else []), Rows(f"NOT ({no})", values)])


def _joined(expressions: Sequence[str], operator: str) -> str:
    if len(expressions) <= 1:
        return "".join(expressions)
    return f" {operator} ".join(f"({expression})" for expression in expressions)


def _in_sql(conditions: Sequence[Condition], operator: str, ranking: str) -> Rows:
    parts = [c.sql() for c in conditions]
    return Rows(
        f" {operator} ".join(f"({sql})" for sql, _ in parts), [v for _, values in parts for v in values], ranking
    )
