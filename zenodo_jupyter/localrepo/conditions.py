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
    """

    condition: str
    values: list[Any] = field(default_factory=list)
    ranking: str = ""

    def sql(self) -> tuple[str, list[Any]]:
        """Return it and its values."""
        return self.condition, self.values


Condition: TypeAlias = "Match | Rows"


def all_of(conditions: Sequence[Condition], welcome: Sequence[Condition] = ()) -> Condition:
    """Join conditions that must all hold; those that are ``welcome`` only move a hit up."""
    ranking = " OR ".join(f"({c.ranking})" for c in (*conditions, *welcome) if c.ranking)
    matches = [c.expression for c in conditions if isinstance(c, Match)]
    if len(matches) == len(conditions):
        return Match(_joined(matches, "AND"), ranking)
    rest: list[Condition] = [c for c in conditions if not isinstance(c, Match)]
    return _in_sql([*([Match(_joined(matches, "AND"))] if matches else []), *rest], "AND", ranking)


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
    if wanted is None:
        return Rows(f"NOT ({no})", values)
    yes, more = wanted.sql()
    return Rows(f"({yes}) AND NOT ({no})", [*more, *values], wanted.ranking)


def _joined(expressions: Sequence[str], operator: str) -> str:
    if len(expressions) == 1:
        return expressions[0]
    return f" {operator} ".join(f"({expression})" for expression in expressions)


def _in_sql(conditions: Sequence[Condition], operator: str, ranking: str) -> Rows:
    parts = [c.sql() for c in conditions]
    return Rows(
        f" {operator} ".join(f"({sql})" for sql, _ in parts), [v for _, values in parts for v in values], ranking
    )
