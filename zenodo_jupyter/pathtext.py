"""What a path in code says without running it: literals, ``Path`` arithmetic, f-strings with known parts."""

from __future__ import annotations

import ast
import glob
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Stands in a text for a part that only running would tell; from Unicode's private use area, so no path has it.
HOLE = "\ue000"
_JOINERS = frozenset({"Path", "PurePath", "PosixPath", "WindowsPath", "join", "joinpath"})
_UNCHANGED = frozenset({"str", "fspath", "abspath", "expanduser", "resolve", "absolute", "as_posix", "strip"})


def evaluate(node: ast.AST, names: Mapping[str, str | None]) -> str | None:
    """Return the text that an expression stands for, with `HOLE` for unknown parts, or None when nothing of it is known.

    Parameters
    ----------
    node : ast.AST
        The expression.
    names : dict
        Texts of variables that are known.

    Examples
    --------
    >>> evaluate(ast.parse("Path('data') / f'{year}.csv'", mode="eval").body, {}) == "data/" + HOLE + ".csv"
    True
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return names.get(name)
        case ast.JoinedStr(values=parts):
            texts = [
                evaluate(p.value, names) if isinstance(p, ast.FormattedValue) else evaluate(p, names) for p in parts
            ]
            return _filled(texts, "")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _filled([evaluate(left, names), evaluate(right, names)], "")
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _filled([evaluate(left, names), evaluate(right, names)], "/")
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return re.sub(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", HOLE, text)
        case ast.Call():
            return _of_call(node, names)
    return None


def matches(text: str, folder: Path) -> Iterator[Path]:
    """Yield the existing files and folders that a text can mean, relative to a folder unless it is absolute."""
    if HOLE not in text:
        path = folder / text
        if path.exists() or path.is_symlink():
            yield path
        return
    # At least something of the last name must be known, or every file would do.
    known = re.sub(r"\W|_", "", text.rsplit("/", 1)[-1].replace(HOLE, ""))
    if known:
        pattern = "*".join(glob.escape(part) for part in text.split(HOLE))
        yield from (folder / name for name in sorted(glob.glob(pattern, root_dir=folder)))


def is_pathlike(text: str) -> bool:
    r"""Tell whether a text could be the name of a file at all.

    >>> is_pathlike("data/a.csv"), is_pathlike("First line\nsecond"), is_pathlike("")
    (True, False, False)
    """
    return bool(text.strip()) and len(text) < 500 and not re.search(r"[\x00-\x1f]", text) and "://" not in text


def looks_like_file(text: str) -> bool:
    """Tell whether a text has the look of a file name, with a suffix, whether the file exists or not.

    >>> looks_like_file("data/a.csv"), looks_like_file("iris"), looks_like_file("1.5"), looks_like_file("%.2f")
    (True, False, False, False)
    """
    has_suffix = re.search(r"[\w)\]-]\.(?=\w*[A-Za-z])\w{1,8}$", text)
    return is_pathlike(text) and bool(has_suffix) and not re.search(r"[*?<>|\"%]", text)


def _of_call(node: ast.Call, names: Mapping[str, str | None]) -> str | None:
    name = call_name(node)
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    base = evaluate(receiver, names) if receiver is not None else None
    if name == "format" and base is not None:
        return re.sub(r"\{[^{}]*\}", HOLE, base)
    if name == "cwd" or name == "getcwd":
        return "."
    if name in _JOINERS and (name != "join" or base is None):
        texts = ([base] if name == "joinpath" else []) + [evaluate(arg, names) for arg in node.args]
        return _filled(texts, "/") if texts else "."
    if name in _UNCHANGED:
        return base if base is not None else evaluate(node.args[0], names) if node.args else None
    return None


def call_name(node: ast.Call) -> str:
    """Return the last part of what is called: ``read_csv`` of ``pd.read_csv(…)``."""
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def _filled(texts: list[str | None], separator: str) -> str | None:
    if all(text is None for text in texts):
        return None
    known = [HOLE if text is None else text for text in texts]
    if separator == "/":
        for position in range(len(known) - 1, 0, -1):  # an absolute part drops what is before it
            if known[position].startswith("/"):
                known = known[position:]
                break
        known = [part.rstrip("/") or "/" for part in known[:-1]] + known[-1:]
        return "/".join(known).replace("//", "/")
    return "".join(known)
