"""Whether the cells run from top to bottom: their counters, and names that are used before they are there."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..cells import Code, label
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

AGAIN = "Restart the kernel and run all cells, then save."
_SHARE = "2.5 % of published notebooks fail for hidden state; 36 % were run out of order"
#: What a notebook's kernel gives besides Python's own names (IPython's input and output history among them).
_GIVEN = frozenset(dir(builtins)) | {
    "get_ipython", "display", "In", "Out", "exit", "quit", "__builtins__", "__doc__", "__name__", "__package__",
    "__loader__", "__spec__", "__annotations__",
}  # fmt: skip
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[iodj]h|_exit_code")
#: Magics that put names into the notebook that cannot be read here.
_INJECTS = re.compile(
    r"%%?(?:pylab|run|load\b|store|load_ext|reload_ext|macro|sql|R\b|Rpush|Rpull|octave|julia|cython|bigquery|autocall)"
)
#: Cell magics whose body does nothing to the names of the notebook. After any other, nothing is known any more.
_APART = frozenset({"bash", "sh", "script", "cmd", "writefile", "file", "html", "HTML", "latex", "markdown", "javascript",
                    "js", "svg", "SVG", "perl", "ruby", "zenodo", "system", "sx", "!"})  # fmt: skip
_FORGIVEN = frozenset({"NameError", "Exception", "BaseException"})


def check(nb: NotebookNode, codes: Sequence[Code]) -> Iterator[Finding]:
    """Yield what does not run from top to bottom.

    ORD1 : run out of order. ORD2 : a name is used before it is defined. ORD3 : cells not run.
    """
    yield from _counters(nb)
    yield from _names(nb, codes)


def _counters(nb: NotebookNode) -> Iterator[Finding]:
    code = [(i, cell) for i, cell in enumerate(nb["cells"]) if cell["cell_type"] == "code" and cell["source"].strip()]
    run = [(index, cell) for index, cell in code if isinstance(cell.get("execution_count"), int)]
    if not run:
        return
    for (_, before), (index, cell) in pairwise(run):
        if cell["execution_count"] <= before["execution_count"]:
            message = f"Run out of order: {label(cell, index)} comes after {label(before, 0)}."
            yield Finding("ORD1", "warning", message, AGAIN, label(cell, index), index, _SHARE)
            break
    left = [(index, cell) for index, cell in code if cell.get("execution_count") is None and not _is_magic(cell)]
    if left:
        index, cell = left[0]
        many = f"{len(left)} cells were" if len(left) > 1 else "One cell was"
        yield Finding("ORD3", "warning", f"{many} not run.", AGAIN, label(cell, index), index, _SHARE)


def _is_magic(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is only a line of this package's own, which a person may run after saving."""
    return all(line.startswith("%zenodo") for line in cell["source"].split("\n") if line.strip())


def _names(nb: NotebookNode, codes: Sequence[Code]) -> Iterator[Finding]:
    """Yield the names that a cell needs and that no cell above it makes, once each."""
    cells = []
    for code in codes:
        known = code.tree is not None or _is_apart(code)
        if not known or any(_INJECTS.match(magic) for magic in code.magics):
            break  # from here on, names may come from where they cannot be read
        scope = _Scope()
        for statement in code.tree.body if code.tree else ():
            scope.statement(statement)
        if scope.open:
            break
        scope.made |= {name for magic in code.magics for name in _made_by_magic(magic)}
        cells.append((code, scope))
    made: set[str] = set()
    told: set[str] = set()
    for position, (code, scope) in enumerate(cells):
        for name in scope.needed:
            if name in made or name in told or name in _GIVEN or _HISTORY.fullmatch(name):
                continue
            later = next((c for c, s in cells[position:] if name in s.made), None)
            if later is None and len(cells) < len(codes):
                continue  # it may be made where names can no longer be read
            told.add(name)
            if code.index is not None and "raises-exception" in (nb["cells"][code.index]["metadata"].get("tags") or ()):
                continue
            where = "below its use" if later is code else f"only in {later.label}" if later else "nowhere"
            yield Finding(
                "ORD2", "error", f"Uses {name}, which is defined {where}.",
                "Define it above, then restart the kernel and run all cells." if later
                else "Define or import it, then restart the kernel and run all cells.",
                code.label, code.index, _SHARE,
            )  # fmt: skip
        made |= scope.made


def _is_apart(code: Code) -> bool:
    """Tell whether a cell that is no Python cannot make or need names either."""
    if not code.magics or not code.magics[0].startswith("%%"):
        return False
    return code.magics[0][2:].split(" ", 1)[0].strip() in _APART


def _made_by_magic(line: str) -> Iterator[str]:
    """Yield the names that a magic line makes: ``%%capture out``, ``%%bash --out text``."""
    words = line.split()
    if words and words[0] == "%%capture":
        yield from (word for word in words[1:] if not word.startswith("-"))
    yield from (after for before, after in pairwise(words) if before in ("--out", "--err", "--proc", "-o"))


class _Scope(ast.NodeVisitor):
    """The names that one cell makes, and those that it needs at once; what functions need can wait until they are called.

    Attributes
    ----------
    made : set of str
        Names that it defines.
    needed : dict
        Names that it needs before it makes them, in the order of their use.
    open : bool
        Whether it makes names that cannot be read: ``from x import *``, ``exec``, ``globals()[…]``.
    """

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.needed: dict[str, None] = {}
        self.open = False
        self._bound: set[str] = set()  # names of comprehensions and lambdas, while inside

    def statement(self, node: ast.stmt) -> None:
        """Take in one statement; names made anywhere in a compound one count from its beginning."""
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return):
            self.made |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name as made or as needed."""
        if isinstance(node.ctx, ast.Store):
            self.made.add(node.id)
        elif node.id not in self.made and node.id not in self._bound:
            self.needed.setdefault(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        """See the value before the name that it is given."""
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """See the value before the name; the annotation too, which a notebook evaluates."""
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """See the name as needed: it must be there before."""
        self.visit(node.value)
        self.visit(ast.Name(node.target.id, ast.Load()) if isinstance(node.target, ast.Name) else node.target)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Note a function's name; decorators, defaults and annotations are evaluated at once, its body is not."""
        arguments = node.args
        parts = [*node.decorator_list, *arguments.defaults, *arguments.kw_defaults]
        for part in parts:
            if part is not None:
                self.visit(part)
        self.made.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """See the defaults; the body waits until it is called."""
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """See a class's bases and body, which runs at once, with names of its own."""
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(part)
        inner = _Scope()
        inner._bound = {*self._bound, *self.made, node.name}
        for statement in node.body:
            inner.statement(statement)
        for name in inner.needed:
            self.needed.setdefault(name)
        self.made.add(node.name)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        before = self._bound
        own = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        self._bound = before | own
        for generator in node.generators:
            self.visit(generator.iter)
            for condition in generator.ifs:
                self.visit(condition)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self._bound = before

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note what an import makes."""
        for alias in node.names:
            if alias.name == "*":
                self.open = True
            self.made.add(alias.asname or alias.name.split(".", 1)[0])

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Note the name of the exception."""
        if node.name:
            self.made.add(node.name)
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        """Ask for nothing in a block that says itself what happens when a name is missing."""
        caught = {
            n.id for h in node.handlers for n in ast.walk(h.type or ast.Name("Exception")) if isinstance(n, ast.Name)
        }
        before = dict(self.needed)
        for part in (*node.body, *node.orelse):
            self.statement(part)
        if caught & _FORGIVEN:
            self.needed = before
        for handler in node.handlers:
            self.visit(handler)
        for part in node.finalbody:
            self.statement(part)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        """Note the name that a pattern gives."""
        if node.name:
            self.made.add(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_Call(self, node: ast.Call) -> None:
        """Note calls that make names which cannot be read."""
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in ("exec", "globals", "locals", "run_line_magic", "run_cell_magic", "magic", "run_cell"):
            self.open = True
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Leave what is deleted as it is: the rest may run again."""
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.visit(target)
