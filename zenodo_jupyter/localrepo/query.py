"""The query language of ``q``: words, phrases, ``field:value``, AND, OR, NOT, brackets, ranges and ``*``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from .tables import TEXT_COLUMNS

#: Fields of words: which column of the full text index they are in.
_TEXT_FIELDS = {
    "title": "title",
    "metadata.title": "title",
    "creators.name": "creators",
    "metadata.creators.person_or_org.name": "creators",
    "creators": "creators",
    "keywords": "subjects",
    "metadata.subjects.subject": "subjects",
    "subjects": "subjects",
    "description": "description",
    "metadata.description": "description",
}
#: Short and old names of fields that are compared as a whole; Zenodo rewrites its old ones in the same way.
_ALIASES = {
    "doi": "pids.doi.identifier",
    "conceptdoi": "parent.pids.doi.identifier",
    "recid": "id",
    "conceptrecid": "parent.id",
    "resource_type.type": "metadata.resource_type.id",
    "resource_type": "metadata.resource_type.id",
    "publication_date": "metadata.publication_date",
    "access_right": "access.status",
    "language": "metadata.languages.id",
    "license.identifier": "metadata.rights.id",
    "creators.orcid": "metadata.creators.person_or_org.identifiers.identifier",
    "related.identifier": "metadata.related_identifiers.identifier",
    "communities": "parent.communities.entries.slug",
    "filetype": "files.types",
    "version": "metadata.version",
    "owners": "parent.access.owned_by.user",
}
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<operator>AND|OR|NOT|&&|\|\|)(?=[\s()]|$) | (?P<sign>[-+!])(?=\S)
    | (?:(?P<field>[\w.]+(?:\\:[\w.]+)*):(?=\S))?
      (?: "(?P<phrase>(?:[^"\\]|\\.)*)" | (?P<range>[\[{][^\]}]*[\]}]) | (?P<bracket>\() | (?P<word>(?:[^\s()"]|\\.)+) )
    )""",
    re.VERBOSE,
)


class UnreadableQuery(ValueError):
    """The query cannot be read."""


@dataclass(frozen=True)
class Clause:
    """One thing to look for.

    Attributes
    ----------
    field : str
        Where; empty for everywhere.
    value : str
        What.
    kind : str
        ``word``, ``phrase`` or ``range``.
    """

    field: str
    value: str
    kind: str


@dataclass(frozen=True)
class Group:
    """Several things: ``AND``, ``OR``, or one of them under ``NOT``."""

    operator: str
    parts: tuple[Clause | Group, ...]


Node: TypeAlias = "Clause | Group"


def parse(text: str) -> Node:
    """Read a query; of words that stand side by side one must occur, as in OpenSearch, and the best match comes first.

    Raises
    ------
    UnreadableQuery
        When a bracket or a quote is not closed, or an operator has nothing to work on.

    Examples
    --------
    >>> parse("decay curve")
    Group(operator='OR', parts=(Clause(field='', value='decay', kind='word'), Clause(field='', value='curve', kind='word')))
    """
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise UnreadableQuery(text[at:])
        tokens.append(match)
        at = match.end()
    node, rest = _either(tokens, "")
    if rest:
        raise UnreadableQuery(text)
    return node


def _either(tokens: list[re.Match[str]], field: str) -> tuple[Node, list[re.Match[str]]]:
    """Read what stands side by side: one of it must occur, what has a plus must, what has a minus must not."""
    wanted: list[Node] = []
    required: list[Node] = []
    unwanted: list[Node] = []
    while tokens and not tokens[0]["close"]:
        if tokens[0]["operator"] in ("OR", "||"):
            if not wanted or len(tokens) == 1:
                raise UnreadableQuery("OR")
            tokens = tokens[1:]
        plus = tokens[0]["sign"] == "+"
        node, tokens = _all(tokens, field)
        negative = isinstance(node, Group) and node.operator == "NOT"
        (required if plus else unwanted if negative else wanted).append(node)
    if required:
        wanted = []
    elif len(wanted) > 1:
        wanted = [Group("OR", tuple(wanted))]
    parts = (*required, *wanted, *unwanted)
    if not parts:
        raise UnreadableQuery("nothing to look for")
    return (parts[0] if len(parts) == 1 else Group("AND", parts)), tokens


def _all(tokens: list[re.Match[str]], field: str) -> tuple[Node, list[re.Match[str]]]:
    """Read what is joined by AND."""
    node, tokens = _one(tokens, field)
    parts = [node]
    while tokens and tokens[0]["operator"] in ("AND", "&&"):
        node, tokens = _one(tokens[1:], field)
        parts.append(node)
    return (parts[0] if len(parts) == 1 else Group("AND", tuple(parts))), tokens


def _one(tokens: list[re.Match[str]], field: str) -> tuple[Node, list[re.Match[str]]]:
    if not tokens or tokens[0]["operator"] not in (None, "NOT"):
        raise UnreadableQuery("nothing behind an operator")
    token, rest = tokens[0], tokens[1:]
    if token["operator"] == "NOT" or token["sign"] in ("-", "!"):
        node, rest = _one(rest, field)
        return Group("NOT", (node,)), rest
    if token["sign"]:
        return _one(rest, field)
    if token["open"] or token["bracket"]:
        inside = token["field"] or field
        node, rest = _either(rest, inside.replace("\\", ""))
        if not rest or not rest[0]["close"]:
            raise UnreadableQuery("a bracket is not closed")
        return node, rest[1:]
    kind = next((k for k in ("phrase", "range", "word") if token[k] is not None), None)
    if kind is None:
        raise UnreadableQuery(token[0])
    value = token[kind] if kind == "range" else re.sub(r"\\(.)", r"\1", token[kind])
    return Clause((token["field"] or field).replace("\\", ""), value, kind), rest


def to_sql(node: Node, fts5: bool) -> tuple[str, list[Any]]:
    """Return a condition on the table ``documents d`` and its values."""
    if isinstance(node, Clause):
        return _clause(node, fts5)
    parts = [to_sql(part, fts5) for part in node.parts]
    values = [value for _, more in parts for value in more]
    if node.operator == "NOT":
        return f"NOT ({parts[0][0]})", values
    return f" {node.operator} ".join(f"({sql})" for sql, _ in parts), values


def words(node: Node) -> list[str]:
    """Return what is asked for of the full text, for ranking."""
    if isinstance(node, Clause):
        wanted = node.kind != "range" and (not node.field or node.field in _TEXT_FIELDS) and _quoted(node)
        return [wanted] if wanted else []
    return [] if node.operator == "NOT" else [word for part in node.parts for word in words(part)]


def _clause(clause: Clause, fts5: bool) -> tuple[str, list[Any]]:
    if clause.value == "*" and not clause.field:
        return "1", []
    if clause.field and clause.field not in _TEXT_FIELDS:
        return _term(clause)
    columns = [_TEXT_FIELDS[clause.field]] if clause.field else list(TEXT_COLUMNS)
    if not fts5:
        like = f"%{clause.value.strip('*')}%"
        either = " OR ".join(f"{column} LIKE ?" for column in columns)
        return f"d.doc IN (SELECT rowid FROM texts WHERE {either})", [like] * len(columns)
    wanted = _quoted(clause)
    if not wanted:
        return "0", []
    if clause.field:
        wanted = f"{columns[0]} : {wanted}"
    return "d.doc IN (SELECT rowid FROM texts WHERE texts MATCH ?)", [wanted]


def _quoted(clause: Clause) -> str:
    """Return a phrase of FTS5's language; quoted, no text can be an operator of it."""
    value = clause.value
    prefix = clause.kind == "word" and value.endswith("*")
    bare = value.rstrip("*").replace('"', '""') if prefix else value.replace('"', '""')
    if not re.search(r"\w", bare):
        return ""
    return f'"{bare}"{" *" if prefix else ""}'


def _term(clause: Clause) -> tuple[str, list[Any]]:
    field = _ALIASES.get(clause.field, clause.field)
    if field in ("created", "updated"):
        column = f"d.{field}"
        sql, values = (
            _range(column, clause.value) if clause.kind == "range" else (f"{column} LIKE ?", [f"{clause.value}%"])
        )
        return sql, values
    inside = "d.doc IN (SELECT doc FROM terms WHERE field = ? AND ({}))"
    if clause.kind == "range":
        sql, values = _range("value", clause.value)
        return inside.format(sql), [field, *values]
    if clause.kind == "word" and re.search(r"[*?]", clause.value):
        pattern = clause.value.replace("%", r"\%").replace("_", r"\_").replace("*", "%").replace("?", "_")
        return inside.format(r"value LIKE ? ESCAPE '\'"), [field, pattern]
    return inside.format("value = ?"), [field, clause.value]


def _range(column: str, text: str) -> tuple[str, list[Any]]:
    """Read ``[a TO b]``; a brace instead of a bracket leaves that end out, ``*`` leaves it open."""
    match = re.fullmatch(r"([\[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])", text)
    if match is None:
        return "0", []
    low_sign, low, high, high_sign = match.groups()
    parts, values = [], []
    if low != "*":
        parts.append(f"{column} {'>=' if low_sign == '[' else '>'} ?")
        values.append(low)
    if high != "*":
        # A date stands for all that begins with it: up to 2020 means to the end of 2020.
        parts.append(f"{column} {'<=' if high_sign == ']' else '<'} ?")
        values.append(high + ("\uffff" if high_sign == "]" else ""))
    return " AND ".join(parts) or "1", values
