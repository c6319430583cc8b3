"""The query language of ``q``, read by luqum, as a condition on the search index.

It means what it means to OpenSearch: of words that stand side by side one must occur, a plus makes one necessary, and ``AND``
makes both of its neighbours necessary, whatever stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse

from . import searchfields, vocabulary
from .conditions import Condition, Rows, all_of, any_of, but_not
from .database import Database
from .flavours import Flavour
from .typed import NotOfItsKind, compare, exists
from .typed import between as typed_between

# SQLite's full text index takes expressions of 256 levels; nobody types fifty.
_DEEPEST = 50
_SIGNS = {tree.Plus: "+", tree.Prohibit: "-", tree.Not: "-"}
_OPERATORS = {tree.AndOperation: "AND", tree.OrOperation: "OR", tree.UnknownOperation: ""}
_SPELLED = {"&&": "AND", "||": "OR"}
_WILD = re.compile(r"(?<!\\)[*?]")
# Zenodo files theses under the id that InvenioRDM has for them.
_OLD_VALUES = {"publication-thesis": "publication-dissertation"}


class UnreadableQuery(ValueError):
    """The query cannot be read, or not be answered; the text says where and why."""


class NoQuery(UnreadableQuery):
    """The text is not of the language at all: a bracket is not closed, an operator has nothing to work on."""


@dataclass
class _Clause:
    sign: str
    condition: Condition | None


def read(db: Database, text: str, flavour: Flavour) -> Condition:
    """Read a query.

    Parameters
    ----------
    db : Database
        Knows which words there are, for wildcards.
    text : str
        What was typed.
    flavour : Flavour
        Whether Zenodo's old names of fields are understood.

    Raises
    ------
    UnreadableQuery
        When a bracket or a quote is not closed, an operator has nothing to work on, or a value does not fit its field.
    """
    try:
        root = parse(text)
    except ParseError as error:
        raise NoQuery(_where(text, str(error))) from None
    return _Reader(db, flavour, text).condition(root, "", 0) or Rows("0", [])


def any_word(text: str) -> Condition:
    """Return the condition that one of the words occurs; what InvenioRDM makes of a query that it cannot read."""
    return vocabulary.word(text) or Rows("0", [])


def _where(text: str, said: str) -> str:
    """Say in our words what luqum's parser said."""
    place = re.search(r"at position (\d+)", said)
    if place is None:
        return "It ends too early: is a bracket not closed, or a word missing behind an operator or a colon?"
    at = int(place[1])
    if text[at] == '"':
        return f"The quote at character {at + 1} (“{text[at : at + 10]}”) is not closed."
    return f"Character {at + 1} (“{text[at : at + 10]}”) is not expected there. Put what is no operator into quotes."


@dataclass(frozen=True)
class _Reader:
    """Makes conditions of luqum's nodes.

    Attributes
    ----------
    db, flavour, text
        See `read`.
    """

    db: Database
    flavour: Flavour
    text: str = field(repr=False)

    def condition(self, node: Any, name: str, depth: int) -> Condition | None:
        """Return what a node asks for in a field; None when that is no word at all, which is left out as in OpenSearch."""
        if depth > _DEEPEST:
            raise UnreadableQuery(f"Brackets stand more than {_DEEPEST} deep in each other.")
        if type(node) in _OPERATORS or type(node) in _SIGNS or isinstance(node, tree.Word):
            return _together(self._clauses(node, name, depth))
        if isinstance(node, tree.BaseGroup):
            return self.condition(node.children[0], name, depth + 1)
        if isinstance(node, tree.Boost):  # moves the order only, and only a little
            return self.condition(node.children[0], name, depth)
        if isinstance(node, tree.SearchField):
            return self._in_field(node, name, depth)
        return self._value(node, name)

    def _clauses(self, node: Any, name: str, depth: int) -> Iterator[_Clause]:
        """Yield the parts that stand side by side, left to right, with the signs that operators give them."""
        before: _Clause | None = None
        joined, negated = "", False
        for operator, part in _flat(node, ""):
            if isinstance(part, tree.Word) and part.value in _SPELLED:
                joined = _SPELLED[part.value]
                continue
            if isinstance(part, tree.Word) and part.value == "!":
                negated = True
                continue
            sign, part = ("-" if negated else ""), part
            while type(part) in _SIGNS:
                sign, part = _SIGNS[type(part)], part.children[0]
            sign, part = _exclamation(sign, part)
            if (joined or operator) == "AND":
                if before is not None and not before.sign:
                    before.sign = "+"
                sign = sign or "+"
            if before is not None:
                yield before
            is_plain = isinstance(part, tree.Word)
            inner = self._value(part, name) if is_plain else self.condition(part, name, depth + 1)
            before = _Clause(sign, inner)
            joined, negated = "", False
        if before is not None:
            yield before

    def _in_field(self, node: tree.SearchField, outer: str, depth: int) -> Condition | None:
        name = re.sub(r"\\(.)", r"\1", node.name)
        if outer:
            raise UnreadableQuery(
                f"Two fields stand before one value: “{outer}:{name}:”. Put a value with a colon into quotes."
            )
        if _WILD.search(node.name) and name != "*":
            raise UnreadableQuery(f"The field “{name}” has a wildcard; name one field.")
        if name == "_exists_":
            wanted = _bare(node.expr)
            return exists(self._renamed(wanted))
        value = node.expr
        if self.flavour.old_dialect:
            value = _old_value(value, name)
        return self.condition(value, "" if name == "*" else self._renamed(name), depth + 1)

    def _renamed(self, name: str) -> str:
        return searchfields.OLD_NAMES.get(name, name) if self.flavour.old_dialect else name

    def _value(self, node: Any, name: str) -> Condition | None:
        """Return the condition for one value: a word, a phrase, a range."""
        try:
            if isinstance(node, tree.Word):
                return self._word(node.value, name)
            if isinstance(node, tree.Phrase):
                return self._phrase(_bare(node), name, 0)
            if isinstance(node, tree.Proximity):
                return self._phrase(_bare(node.term), name, int(node.degree or 0))
            if isinstance(node, tree.Fuzzy):
                return self._like(vocabulary.similar(_bare(node.term), node.degree), name, _bare(node.term))
            if isinstance(node, (tree.Range, tree.From, tree.To)):
                return self._range(node, name)
        except NotOfItsKind as error:
            raise UnreadableQuery(f"{name}: {error}") from error
        except vocabulary.TooManyWords as error:
            raise UnreadableQuery(str(error)) from error
        raise UnreadableQuery(f"“{node}” cannot be searched for: regular expressions are not known here.")

    def _word(self, raw: str, name: str) -> Condition | None:
        if re.search(r"(?<!\\)/", raw):
            raise UnreadableQuery(f"A slash begins a regular expression: put “{raw}” into quotes.")
        if raw == "*":
            return exists(name) if name else Rows("1", [])
        if _WILD.search(raw):
            return self._like(vocabulary.wild(raw), name, raw)
        value = re.sub(r"\\(.)", r"\1", raw)
        if not name:
            return vocabulary.word(value)
        return vocabulary.word_in(value, name) if name in searchfields.TEXTS else compare(name, value)

    def _phrase(self, value: str, name: str, slop: int) -> Condition | None:
        if not name:
            return vocabulary.phrase(value, slop)
        return (
            vocabulary.phrase_in(value, name, slop) if name in searchfields.TEXTS else compare(name, value, phrase=True)
        )

    def _like(self, wanted: vocabulary.Wanted, name: str, raw: str) -> Condition | None:
        if name and name not in searchfields.TEXTS:
            return compare(name, raw, wild=True)
        return vocabulary.expand(self.db, wanted, name)

    def _range(self, node: Any, name: str) -> Condition | None:
        low = high = None
        includes = (True, True)
        if isinstance(node, tree.Range):
            low, high, includes = _bare(node.low), _bare(node.high), (node.include_low, node.include_high)
        elif isinstance(node, tree.From):
            low, includes = _bare(node.a), (node.include, True)
        else:
            high, includes = _bare(node.a), (True, node.include)
        ends = tuple(None if end == "*" else end for end in (low, high))
        if name and name not in searchfields.TEXTS:
            return typed_between(name, ends, includes)
        return vocabulary.expand(self.db, vocabulary.between(ends, includes), name)


def _flat(node: Any, operator: str) -> Iterator[tuple[str, Any]]:
    """Yield what stands side by side, each with the operator before it; brackets stay closed."""
    if type(node) not in _OPERATORS:
        yield operator, node
        return
    for n, child in enumerate(node.children):
        yield from _flat(child, _OPERATORS[type(node)] if n else operator)


def _exclamation(sign: str, part: Any) -> tuple[str, Any]:
    """Read ``!word`` and ``!field:word``, which luqum takes for names."""
    if isinstance(part, tree.Word) and part.value.startswith("!"):
        return "-", tree.Word(part.value[1:])
    if isinstance(part, tree.SearchField) and part.name.startswith("!"):
        return "-", tree.SearchField(part.name[1:], part.expr)
    return sign, part


def _together(clauses: Iterator[_Clause]) -> Condition | None:
    """Join clauses: what has a plus must be there, else one of those without a sign; what has a minus must not."""
    signed: dict[str, list[Condition]] = {"+": [], "": [], "-": []}
    for clause in clauses:
        if clause.condition is not None:
            signed[clause.sign].append(clause.condition)
    wanted = all_of(signed["+"], signed[""]) if signed["+"] else any_of(signed[""])
    return but_not(wanted, signed["-"]) if signed["-"] else wanted


def _bare(node: Any) -> str:
    """Return the value of a word or a phrase without quotes and backslashes."""
    if isinstance(node, tree.Prohibit):
        return "-" + _bare(node.children[0])
    value = str(node.value)
    value = value[1:-1] if isinstance(node, tree.Phrase) else value
    return re.sub(r"\\(.)", r"\1", value)


def _old_value(node: Any, name: str) -> Any:
    """Rewrite a value as Zenodo does: a DOI needs no quotes, and theses have another name."""
    if isinstance(node, tree.Word):
        if name in searchfields.OLD_DOIS and node.value.startswith("10."):
            return tree.Phrase(f'"{node.value}"')
        if "resource_type" in name:
            return tree.Word(_OLD_VALUES.get(node.value, node.value))
    if isinstance(node, tree.Phrase) and "resource_type" in name:
        return tree.Phrase(f'"{_OLD_VALUES.get(_bare(node), _bare(node))}"')
    return node
