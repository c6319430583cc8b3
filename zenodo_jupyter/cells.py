"""What stands in a notebook's cells: their numbers as people see them, their code as Python, their outputs as text."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .notebook import kernel

#: Cell magics whose body is Python of this notebook; the body of any other is not ours to read.
_PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "python", "python3", "memit", "mprun", "snakeviz", "scalene"}
)
_MAGIC_LINE = re.compile(r"^(\s*)(%|!|\?)(.*)$|^(\s*[\w.%]+)\?\??\s*$")
_MAGIC_VALUE = re.compile(r"^(\s*[\w\s,.*\[\]'\"]+=\s*)(%\w|!)(.*)$")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
#: Until 3.11.8, Python counted for all threads at once how deep a tree is, and said "recursion depth mismatch" (gh-106905).
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Code:
    """One piece of code and what it is.

    Attributes
    ----------
    index : int or None
        Position of its cell, from 0; None for the code of a module.
    label : str
        How people find it, such as ``cell [4]``.
    tree : ast.Module or None
        The Python in it; None where it cannot be parsed.
    magics : tuple of str
        Its magic and shell lines, with their ``%`` or ``!``.
    """

    index: int | None
    label: str
    tree: ast.Module | None
    magics: tuple[str, ...]


def label(cell: Mapping[str, Any], index: int) -> str:
    """Name a cell as people see it: ``cell [4]`` by its counter, else ``cell 5`` by its position from the top."""
    count = cell.get("execution_count")
    return f"cell [{count}]" if isinstance(count, int) else f"cell {index + 1}"


def python_cells(nb: Mapping[str, Any]) -> Iterator[Code]:
    """Yield the code cells of a Python notebook, parsed; nothing for other languages."""
    if kernel(nb).language not in ("python", ""):
        return
    for index, cell in enumerate(nb["cells"]):
        if cell["cell_type"] == "code":
            tree, magics = parse(cell["source"])
            yield Code(index, label(cell, index), tree, magics)


def parse(source: str) -> tuple[ast.Module | None, tuple[str, ...]]:
    r"""Parse a cell's source, magics and shell lines taken out.

    Returns
    -------
    tree : ast.Module or None
        None when what is left is not Python.
    magics : tuple of str
        The lines taken out.

    Examples
    --------
    >>> tree, magics = parse("%matplotlib inline\nx = 1")
    >>> len(tree.body), magics
    (2, ('%matplotlib inline',))
    """
    magics: list[str] = []
    text = source.lstrip()
    if text.startswith("%%"):
        first, _, text = text.partition("\n")
        magics.append(first)
        if first[2:].split(" ", 1)[0].strip() not in _PYTHON_MAGICS:
            return None, tuple(magics)
    # Only what does not parse can have magics: a line that begins with % may also go on an expression or a text.
    tree = _tree(text)
    if tree is None:
        tree = _tree("\n".join(_without_magic(line, magics) for line in text.split("\n")))
    return tree, tuple(magics)


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names of the modules that code imports, and of what it takes from them, relative imports left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")


def output_texts(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts in a cell's outputs, without terminal colours; images and other binaries are no texts."""
    for output in cell.get("outputs", ()):
        kind = output["output_type"]
        if kind == "stream":
            yield _ANSI.sub("", str(output.get("text", "")))
        elif kind == "error":
            yield _ANSI.sub("", "\n".join([str(output.get("evalue", "")), *map(str, output.get("traceback") or ())]))
        else:
            for mime, value in (output.get("data") or {}).items():
                if mime.startswith("text/") and isinstance(value, str):
                    yield _ANSI.sub("", value)


def python(text: str) -> ast.Module:
    """Parse Python, in one thread at a time; raises what `ast.parse` raises."""
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong escape in someone's text is not our affair
        return ast.parse(text)


def _tree(text: str) -> ast.Module | None:
    try:
        return python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magic(line: str, magics: list[str]) -> str:
    """Put something harmless in the place of a magic or shell line, and note the line."""
    value = _MAGIC_VALUE.match(line)
    if value:
        magics.append(value.group(2) + value.group(3))
        return value.group(1) + "None"
    whole = _MAGIC_LINE.match(line)
    if whole is None:
        return line
    magics.append(line.strip())
    return (whole.group(1) or "") + "pass"
