"""What a notebook reads and writes, found by reading its code, never by running it.

Static reading sees names that stand in the code; names that are put together from unknown parts are found only where files
match the known ones. What it cannot see, a person names.
"""

from __future__ import annotations

import ast
import glob
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from .cells import Code, imports, label, parse, python_cells
from .literals import literals
from .notebook import kernel
from .pathtext import HOLE, call_name, evaluate, is_pathlike, looks_like_file, matches

# Names of calls, by what they do with the files they are given; libraries follow these habits.
_WRITES = re.compile(
    r"to_(?!datetime|numeric|numpy|list|dict|frame|timedelta|string|period|device)\w+|save\w*|write\w*|dump|export\w*"
    r"|imsave|imwrite|mimsave|ExcelWriter|PdfPages|makedirs|mkdir"
)
_READS = re.compile(
    r"read(?!_sql|_clipboard)\w*|load(?!s\b|_dataset|_ext)\w*|open\w*|scan_\w+|imread\w*|fromfile|fromregex|genfromtxt"
    r"|mmread|memmap|ImageFolder|iterdir|listdir|scandir|walk|i?r?glob|image_dataset_from_directory|connect|parse"
)
#: Calls that read or write as their mode (second argument or ``mode=``) says.
_BY_MODE = frozenset({"open", "File", "ZipFile", "TarFile", "Dataset", "HDFStore", "memmap"})
#: Where libraries keep examples that are fetched by name.
_LIBRARY_DATA = re.compile(r"(?:\w+\.)*(?:tutorial|datasets|examples)(?:\.\w+)*")
#: What ``load`` of a file belongs to.
_LOADERS = frozenset(
    {"np", "numpy", "jnp", "cp", "torch", "joblib", "pickle", "json", "yaml", "tomllib", "nib", "librosa", "plt"}
)
#: Calls that take a source and a target.
_TRANSFERS = frozenset({"copy", "copy2", "copyfile", "copytree", "move", "rename", "replace", "urlretrieve"})
#: Readers that take a whole folder.
_LISTS = re.compile(
    r"iterdir|listdir|scandir|walk|open_zarr|read_parquet|scan_parquet|ImageFolder|image_dataset_from_directory|copytree|dataset"
    r"|load_from_disk"
)
_PATH_KEYWORDS = frozenset(
    {
        "path",
        "file",
        "fname",
        "filename",
        "filepath",
        "filepath_or_buffer",
        "io",
        "source",
        "root",
        "directory",
        "data_dir",
    }
)
#: What reads, writes and brings in code in other languages than Python, dots being underscores: R, Julia, Octave, MATLAB.
_OTHERS_WRITE = re.compile(rf"{_WRITES.pattern}|ggsave|png|pdf|jpeg|tiff|svg|sink|fwrite|csvwrite|dlmwrite")
_OTHERS_READ = re.compile(rf"{_READS.pattern}|fread|vroom\w*|csvread|dlmread|xlsread|scan|fopen|file|ifstream|csv|json")
_INCLUDES = frozenset({"source", "include", "sys_source", "includet"})
_MODE = re.compile(r"[rbt]*[wax][bt+]*")
_SHELLS = frozenset({"bash", "sh", "zsh"})
#: Parts of a text that are filled in when the code runs: Julia's, JavaScript's and the shell's, and those of formats.
_FILLED = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$\w+|%[-+ 0-9.]*[sdifg]")
_URL = re.compile(r"(?:https?|ftp|s3|gs)://", re.IGNORECASE)
_FETCHES = re.compile(r"get|urlopen|urlretrieve|request|retrieve|fetch\w*|download\w*|wget")
_SHOWN = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)|<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)", re.IGNORECASE)


@dataclass(frozen=True)
class Use:
    """A file, folder or address that a notebook names.

    Attributes
    ----------
    text : str
        As it stands in the code; for files that exist, relative to the notebook's folder.
    how : str
        ``read``, ``written``, ``named`` (it stands in the code for whatever purpose), ``imported`` or ``shown`` (in Markdown).
    place : str
        ``inside`` (a file below the notebook's folder), ``outside`` (a file elsewhere), ``folder``, ``missing`` or ``url``.
    where : str
        The cell or module, such as ``cell [4]``.
    cell : int or None
        The cell's position, from 0.
    typed : str
        As it was typed, where that is not `text`: an absolute path to a file inside, say.
    """

    text: str
    how: str
    place: str
    where: str
    cell: int | None
    typed: str = ""

    @property
    def reason(self) -> str:
        """Why it was found, such as ``read by cell [4]``."""
        return f"{self.how} {'in' if self.how in ('named', 'shown') else 'by'} {self.where}"


def find(nb: Mapping[str, Any], folder: Path, codes: Iterable[Code] | None = None) -> tuple[Use, ...]:
    """Find what the code and the Markdown of a notebook use, in the order of the cells.

    Local modules that are imported are found too, and what their code reads in turn.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    folder : Path
        Where it lies; relative names are taken from there.
    codes : iterable of Code, optional
        Its code cells, where they are parsed already.
    """
    reader, language = _Reader(folder.resolve()), kernel(nb).language
    parsed = {code.index: code for code in (python_cells(nb) if codes is None else codes)}
    for index, cell in enumerate(nb["cells"]):
        if index in parsed:
            reader.read(parsed[index])
        elif cell["cell_type"] == "code":
            reader.read_other(cell["source"], language, Code(index, label(cell, index), None, ()))
        elif cell["cell_type"] == "markdown":
            for match in _SHOWN.finditer(cell["source"]):
                reader.shown(match.group(1) or match.group(2), index, label(cell, index))
    return tuple(_settled(reader.uses))


class _Reader:
    """Reads one piece of code after the other and remembers variables, modules and uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uses: list[Use] = []
        self.names: dict[str, str | None] = {}
        self.modules: set[Path] = set()
        self.code = Code(None, "", None, ())

    def read(self, code: Code) -> None:
        before, self.code = self.code, code
        for line in code.magics:
            self._magic(line)
        if code.tree is not None:
            self._visit(code.tree)
            for name in imports(code.tree):
                self._module(name)
        self.code = before

    def read_other(self, source: str, language: str, code: Code) -> None:
        """Read code in another language than Python: what its strings name, and what the calls do that have them."""
        before, self.code = self.code, code
        if language in _SHELLS:
            for line in source.splitlines():
                self._magic(f"!{line}")
        for (call, text), (following, mode) in pairwise([*literals(source, language), ("", "")]):
            name = call.replace(".", "_")
            written = following == call and name in ("open", "fopen", "file") and _MODE.fullmatch(mode)
            if name in _INCLUDES:
                self._include(text, language)
            elif written or _OTHERS_WRITE.fullmatch(name):
                self._note(_FILLED.sub(HOLE, text), "written")
            else:
                how = "read" if _OTHERS_READ.fullmatch(name) else "named"
                self._note(_FILLED.sub(HOLE, text), how, name in ("list_files", "readdir", "dir"))
        self.code = before

    def _include(self, text: str, language: str) -> None:
        """Note a file of code that is brought in, and read it in turn."""
        self._note(text, "imported")
        for file in matches(text, self.folder):
            if file.is_file() and file not in self.modules:
                self.modules.add(file)
                self.read_other(file.read_text("utf-8", "replace"), language, Code(None, text, None, ()))

    def shown(self, text: str, cell: int, where: str) -> None:
        """Note an image that Markdown shows, where it is a file."""
        if is_pathlike(text) and not text.startswith(("data:", "attachment:", "/")):
            self.code = Code(cell, where, None, ())
            self._note(text, "shown")

    # What an expression is used for depends on the call that it is an argument of, so `how` travels down the tree.
    def _visit(self, node: ast.AST, how: str = "named", lists: bool = False) -> None:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                self.names[name] = evaluate(value, self.names)
                self._visit(value)
                return
            case ast.Name() if how == "named":
                return
            case ast.Expr(value=ast.Constant()):
                return  # a docstring, or a text that stands for itself
            case ast.For(target=ast.Name(id=name)):
                self.names[name] = None
        text = evaluate(node, self.names) if isinstance(node, ast.expr) else None
        if text is not None and text.strip(HOLE + "/."):
            self._note(text, how, lists)
            return
        if isinstance(node, ast.Call):
            self._call(node)
            return
        for child in ast.iter_child_nodes(node):
            self._visit(child, how if isinstance(node, ast.List | ast.Tuple | ast.Starred) else "named", lists)

    def _call(self, node: ast.Call) -> None:
        name = call_name(node)
        how, lists = _how(node, name), bool(_LISTS.fullmatch(name))
        if isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            base = evaluate(receiver, self.names)
            if name in ("glob", "rglob") and base is not None and node.args:
                self._glob(f"{base}/**" if name == "rglob" else base, node.args[0])
                return
            # A path's own methods (write_text, open) act on it; those of other objects (df.to_csv) act on their arguments.
            self._visit(receiver, how if base is not None else "named", lists)
        for position, argument in enumerate(node.args):
            if name in _TRANSFERS:
                self._visit(argument, "written" if position else "read", lists)
            elif how == "read" and position:
                self._visit(argument)
            elif name in ("glob", "iglob"):
                self._glob("", argument)
            elif _FETCHES.fullmatch(name):
                self._visit(argument, "fetched")
            else:
                self._visit(argument, how, lists)
        for keyword in node.keywords:
            self._visit(keyword.value, how if keyword.arg in _PATH_KEYWORDS else "named", lists)

    def _glob(self, base: str, pattern: ast.expr) -> None:
        """Note the files that a glob finds today."""
        text = (evaluate(pattern, self.names) or "").replace(HOLE, "*")
        text = f"{base}/{text}" if base else text
        if text.strip("*/.") and is_pathlike(text) and HOLE not in text:
            for name in sorted(glob.glob(os.path.expanduser(text), root_dir=self.folder, recursive=True)):
                if (self.folder / name).is_file():
                    self._there(text, self.folder / name, "read", lists=True)

    def _note(self, text: str, how: str, lists: bool = False) -> None:
        if _URL.match(text):
            if how in ("read", "fetched"):
                self._add(text.replace(HOLE, "…"), "read", "url")
            return
        if how == "fetched" or not is_pathlike(text):
            return
        there = False
        for path in matches(os.path.expanduser(text), self.folder):
            there = True
            self._there(text, path, how, lists)
        if not there and HOLE not in text and (looks_like_file(text) if how == "read" else how == "shown"):
            self._add(text, how, "missing")
        elif not there and how == "written":
            self._add(text.replace(HOLE, "*"), how, "missing")

    def _there(self, text: str, path: Path, how: str, lists: bool) -> None:
        """Note an existing path: relative to the folder where it is below it by name, links aside."""
        below = os.path.relpath(path, self.folder).replace(os.sep, "/")
        typed = text if is_absolute(text) else ""
        if below == ".." or below.startswith("../") or re.match(r"[A-Za-z]:", below):
            self._add(text.replace(HOLE, "*"), how, "outside", typed)
        elif not path.is_dir():
            self._add(below, how, "inside", typed)
        elif below != "." and (how != "named" or looks_like_folder(text)):
            if lists and how != "written":
                for file in sorted(p for p in path.rglob("*") if p.is_file()):
                    self._add(file.relative_to(self.folder).as_posix(), how, "inside", typed)
            else:
                self._add(below, how, "folder", typed)

    def _add(self, text: str, how: str, place: str, typed: str = "") -> None:
        self.uses.append(Use(text, how, place, self.code.label, self.code.index, typed))

    def _magic(self, line: str) -> None:
        """Note the files in a magic or shell line, and what ``>`` writes."""
        try:
            words = shlex.split(line.lstrip("%!?"), comments=False)
        except ValueError:
            words = line.lstrip("%!?").split()
        if line.startswith("%%writefile") and len(words) > 1:
            self._note(words[-1], "written")
            return
        for before, word in zip(["", *words], words[1:] if line.startswith("%") else words, strict=False):
            if before in (">", ">>", "-o", "--output"):
                self._note(word, "written")
            elif looks_like_file(word) and any(True for _ in matches(word, self.folder)):
                self._note(word, "read")

    def _module(self, name: str) -> None:
        """Note a local module or package that is imported, and read its code in turn."""
        first = self.folder / name.split(".", 1)[0]
        files = [first.with_suffix(".py")] if first.with_suffix(".py").is_file() else []
        if not files and (first / "__init__.py").is_file():
            files = sorted(path for path in first.rglob("*.py") if "__pycache__" not in path.parts)
        for file in files:
            below = file.relative_to(self.folder).as_posix()
            if file not in self.modules:
                self.modules.add(file)
                self._add(below, "imported", "inside")
                tree, _ = parse(file.read_text("utf-8", "replace"))
                names, self.names = self.names, {}
                self.read(Code(None, below, tree, ()))
                self.names = names


def is_absolute(text: str) -> bool:
    r"""Tell whether a path as typed holds only on one machine: from the root, from home, or with a drive letter.

    >>> is_absolute("/home/me/a.csv"), is_absolute("~/a.csv"), is_absolute("C:\\a.csv"), is_absolute("a.csv")
    (True, True, True, False)
    """
    return text.startswith("~") or PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()


def looks_like_folder(text: str) -> bool:
    """Tell whether a bare text that happens to be a folder's name is meant as one: with a slash, or for data by its name.

    >>> looks_like_folder("data"), looks_like_folder("img/raw"), looks_like_folder("red")
    (True, True, False)
    """
    return "/" in text or bool(re.search(r"data|input|image|img|raw|files|sample", text, re.IGNORECASE))


def _how(node: ast.Call, name: str) -> str:
    """Tell what a call does with the files it is given."""
    if name in _BY_MODE:
        given = [k.value for k in node.keywords if k.arg == "mode"]
        # A path's own open() has the mode first, where the builtin has the path.
        own = name == "open" and isinstance(node.func, ast.Attribute) and len(node.args) == 1
        for mode in [*given, *(node.args[:1] if own else node.args[1:2])]:
            if isinstance(mode, ast.Constant) and _MODE.fullmatch(str(mode.value)):
                return "written"
        return "read"
    if _WRITES.fullmatch(name):
        return "written"
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    # A library's examples, and what other objects call loading, need not be files beside the notebook.
    if _LIBRARY_DATA.fullmatch(owner) or (name == "load" and owner and owner not in _LOADERS):
        return "named"
    return "read" if _READS.fullmatch(name) else "named"


def _settled(uses: list[Use]) -> Iterator[Use]:
    """Keep one use per thing: the first that says what for; nothing is missing that the notebook itself writes before."""
    made: set[str] = set()
    first: dict[tuple[str, str], Use] = {}
    for use in uses:
        text = os.path.normpath(use.text)
        if use.how == "written":
            made.add(text)
        elif use.place == "missing" and (text in made or any("*" in m and PurePosixPath(text).match(m) for m in made)):
            continue
        known = first.get((text, use.place))
        if known is None or (known.how == "named" and use.how != "named"):
            first[text, use.place] = use
    yield from (use for use in first.values() if not (use.place == "missing" and use.how in ("written", "named")))
