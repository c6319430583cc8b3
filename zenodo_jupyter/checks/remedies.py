"""What a button can do about a finding: clear an output, redact it, read a secret from the environment, mend a path.

A remedy changes a copy of the notebook; whoever holds the notebook puts the changed cells into it. Nothing is done unasked.
"""

from __future__ import annotations

import ast
import copy
import filecmp
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cells import output_texts, python
from ..datafinder import Use, find
from ..errors import BadInput
from . import privacy, secrets
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: The remedies by name, with the words on their buttons.
LABELS = {
    "clear-output": "Clear this output",
    "redact": "Redact",
    "environment": "Read it from an environment variable",
    "relative": "Write the path from the notebook's folder",
    "bring": "Copy the file beside the notebook",
}
REMOVED = "[removed]"


@dataclass(frozen=True)
class Remedied:
    """A notebook after a remedy.

    Attributes
    ----------
    nb : NotebookNode
        The changed copy.
    cells : tuple of int
        Positions of the cells that changed.
    told : str
        What was done, and what is left for the person to do; a sentence or two.
    """

    nb: NotebookNode
    cells: tuple[int, ...]
    told: str


def apply(nb: NotebookNode, finding: Finding, remedy: str, *, folder: Path, tokens: Sequence[str] = ()) -> Remedied:
    """Apply a remedy to what a finding is about.

    Parameters
    ----------
    nb : NotebookNode
        The notebook; it is not changed.
    finding : Finding
        One that `checks.run` gave for it.
    remedy : str
        One of the finding's `remedies`.
    folder : Path
        Where the notebook lies. Only ``bring`` writes there, a copy of the file, and never over another.
    tokens : sequence of str
        The person's own tokens.

    Raises
    ------
    BadInput
        When the finding has no such remedy, or it does not work here; nothing was changed.
    """
    if remedy not in finding.remedies:
        known = ", ".join(finding.remedies) or "none"
        raise BadInput(f"{finding.id} has no remedy {remedy}.", f"Its remedies are: {known}.")
    changed = copy.deepcopy(nb)
    told = _ACTS[remedy](changed, finding, folder, tokens)
    cells = tuple(index for index, cell in enumerate(nb["cells"]) if cell != changed["cells"][index])
    if not cells and changed["metadata"] == nb["metadata"]:
        raise BadInput(f"Nothing could be changed: {finding.message}", finding.fix)
    return Remedied(changed, cells, told)


def apply_all(
    nb: NotebookNode, findings: Iterable[Finding], wanted: Sequence[str], *, folder: Path, tokens: Sequence[str] = ()
) -> Remedied:
    """Apply those remedies that are wanted to all findings that have them, each finding's first wanted one.

    Parameters
    ----------
    nb, folder, tokens
        As for `apply`.
    findings : iterable of Finding
        Those of this notebook.
    wanted : sequence of str
        Names of remedies.

    Raises
    ------
    BadInput
        When there is no such remedy.
    """
    for name in wanted:
        if name not in LABELS:
            raise BadInput(f"There is no remedy {name}.", f"The remedies are: {', '.join(LABELS)}.")
    cells: set[int] = set()
    told = []
    for finding in findings:
        remedy = next((name for name in wanted if name in finding.remedies), None)
        if remedy is None:
            continue
        try:
            done = apply(nb, finding, remedy, folder=folder, tokens=tokens)
        except BadInput as error:  # another remedy may have done it already; else the next check says it again
            told.append(f"{finding.where}: {error.message}")
            continue
        nb = done.nb
        cells.update(done.cells)
        told.append(f"{finding.where}: {done.told}")
    return Remedied(nb, tuple(sorted(cells)), "\n".join(told))


def _clear(nb: NotebookNode, finding: Finding, folder: Path, tokens: Sequence[str]) -> str:
    nb["cells"][finding.cell]["outputs"] = []
    return "The output is cleared." + (" Revoke what it showed where it was issued." if finding.id == "SEC1" else "")


def _redact(nb: NotebookNode, finding: Finding, folder: Path, tokens: Sequence[str]) -> str:
    cell = nb["cells"][finding.cell] if finding.cell is not None else None
    if finding.id != "SEC1" and cell is not None:
        cell["outputs"] = _changed(cell["outputs"], privacy.redacted)
        return "The output is redacted."
    if cell is None or finding.where.startswith("the metadata"):
        holder, name = (nb if cell is None else cell), "metadata"
        hidden = secrets.found("\n".join(secrets.strings(holder[name])), tokens)
    elif finding.where.startswith("the output"):
        holder, name = cell, "outputs"
        hidden = [secret for text in output_texts(cell) for secret in secrets.found(text, tokens, code=False)]
    else:
        holder, name = cell, "source"
        hidden = secrets.found(cell["source"], tokens)
    holder[name] = _changed(holder[name], lambda text: _without(text, hidden))
    if name == "outputs" and any(secrets.found(text, tokens, code=False) for text in output_texts(cell or {})):
        holder[name] = []  # terminal colours stand in the middle of it
    return "It is redacted. Revoke it where it was issued: other copies of this file still have it."


def _without(text: str, hidden: Sequence[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, REMOVED)
    return text


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return nested JSON with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    if isinstance(value, dict):
        return type(value)({key: _changed(item, change) for key, item in value.items()})
    return value


def _environment(nb: NotebookNode, finding: Finding, folder: Path, tokens: Sequence[str]) -> str:
    """Put ``os.environ["NAME"]`` where the secret stands as a text of its own, named after what it is assigned to."""
    cell = nb["cells"][finding.cell]
    hidden = set(secrets.found(cell["source"], tokens))
    try:
        tree = python(cell["source"])
    except (SyntaxError, ValueError) as error:
        raise BadInput("The cell cannot be changed by itself: it is not plain Python.", finding.fix) from error
    names = {id(value): name for node in ast.walk(tree) for name, value in _named(node)}
    lines, done = cell["source"].encode().splitlines(keepends=True), []
    texts = [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in hidden and n.lineno == n.end_lineno
    ]
    for node in sorted(texts, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        variable = re.sub(r"\W+", "_", names.get(id(node), "secret")).strip("_").upper() or "SECRET"
        line = lines[node.lineno - 1]
        read = f'os.environ["{variable}"]'.encode()
        lines[node.lineno - 1] = line[: node.col_offset] + read + line[node.end_col_offset :]
        done.append(variable)
    if not done:
        raise BadInput("The secret does not stand by itself in the code.", finding.fix)
    imported = any("os" in (a.asname or a.name for a in n.names) for n in ast.walk(tree) if isinstance(n, ast.Import))
    cell["source"] = ("" if imported else "import os\n\n") + b"".join(lines).decode()
    named = " and ".join(sorted(set(done)))
    return f"It is read from {named} now: set that before Jupyter starts, and revoke the old one where it was issued."


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a statement or call names: the variable, attribute, key or argument, and its value."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
            yield name, value
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(name)))], value=value):
            yield name, value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value


def _relative(nb: NotebookNode, finding: Finding, folder: Path, tokens: Sequence[str]) -> str:
    for use in find(nb, folder):
        if use.cell == finding.cell and use.place == "inside" and use.typed:
            _respell(nb, use, use.text)
    return "The path is written from the notebook's folder."


def _bring(nb: NotebookNode, finding: Finding, folder: Path, tokens: Sequence[str]) -> str:
    brought = []
    for use in find(nb, folder):
        typed = use.typed or use.text
        if use.cell != finding.cell or use.place != "outside" or typed not in nb["cells"][finding.cell]["source"]:
            continue
        source = folder / os.path.expanduser(typed)
        target = folder / source.name
        if not source.is_file():
            raise BadInput(f"{typed} is not one file.", "Move it below the notebook's folder yourself.")
        if target.exists() and not filecmp.cmp(source, target, shallow=False):
            raise BadInput(f"There is another {source.name} beside the notebook already.", "Rename one of the two.")
        shutil.copyfile(source, target)
        _respell(nb, use, source.name)
        brought.append(source.name)
    return f"{' and '.join(brought)} now stands beside the notebook, and the code reads it from there."


def _respell(nb: NotebookNode, use: Use, text: str) -> None:
    cell = nb["cells"][use.cell]
    cell["source"] = cell["source"].replace(use.typed or use.text, text)


_ACTS = {
    "clear-output": _clear, "redact": _redact, "environment": _environment, "relative": _relative, "bring": _bring,
}  # fmt: skip
