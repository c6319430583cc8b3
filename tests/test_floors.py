"""The house stands: imports go down only, and the lower floors need neither a server nor a kernel."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import zenodo_jupyter

HOUSE = Path(zenodo_jupyter.__file__).parent
#: Floor by module or package; a module that is not here has not been thought about.
FLOORS = {
    0: "errors doi report keeping markdown",
    1: """metadata proposals companions records notebook parsing badge card rendering bundle bundlefile packing datafinder
        watching cells literals pathtext names identity environment alongside distributions packages compare checks digest
        verdict communities gathered""",
    2: """http session abilities workers multipart answers api files drafts reviews repository sending receiving parts
        ranges pacing transfer rows embedded repositories tokens journal processes isolation kernels execute installers
        interpreters venvs conda era locking unpacking oai oauth grants _run localrepo""",
    3: """collect checking anonymous standing glance stamping submission consent describing edit publish published
        underway reporting delivery carried promoting getting preview choosing outlook preparing rerun attempts rehearsing
        reproduce evidence reproduction fetching harvest signing_in
        loopback suggestions cited""",
    4: "config job jobs verbs holding options grammar show",
    5: "extension handlers widgets magics cli frontend kernelwatch completing",
}
FLOOR = {name: floor for floor, names in FLOORS.items() for name in names.split()}
DOORS = {"extension": "server", "handlers": "server", "widgets": "cell", "magics": "cell", "cli": "line"}


def imports(path: Path) -> set[str]:
    """Return the first names below zenodo_jupyter that a file imports at run time, not for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = [ast.Pass()]
    depth = len(path.relative_to(HOUSE).parts)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zenodo_jupyter"):
            rest = (node.module or "").split(".")[1:]
            found |= {rest[0]} if rest else {a.name for a in node.names}
    return found - {"__version__"}


def modules() -> list[Path]:
    """Return all Python files of the package but its front page."""
    return [p for p in HOUSE.rglob("*.py") if p != HOUSE / "__init__.py"]


def own(path: Path) -> str:
    """Return the module or package directly below zenodo_jupyter that a file belongs to."""
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def test_every_module_stands_on_a_floor() -> None:
    """Should know the floor of each module, and have no floor for a module that is gone."""
    assert {own(p) for p in modules()} == set(FLOOR)


def test_imports_go_down_only() -> None:
    """Should find no module that imports from a floor above its own; `config` is handed down as an argument."""
    wrong = {
        f"{p.relative_to(HOUSE)} imports {name}"
        for p in modules()
        for name in imports(p)
        if FLOOR.get(name, 0) > FLOOR[own(p)] and name != "config"
    }
    assert not wrong


def test_doors_never_import_each_other() -> None:
    """Should keep the command line, the cells and the server apart; they share the floors below."""
    wrong = {
        f"{p.relative_to(HOUSE)} imports {name}"
        for p in modules()
        if own(p) in DOORS
        for name in imports(p)
        if name in DOORS and DOORS[name] != DOORS[own(p)]
    }
    assert not wrong


def test_embedded_repository_could_be_moved_out_whole() -> None:
    """Should use nothing of ours but the words, and be known to `embedded` alone."""
    assert {n for p in modules() if own(p) == "localrepo" for n in imports(p)} <= {
        "errors",
        "doi",
        "keeping",
        "markdown",
    }
    assert {own(p) for p in modules() if "localrepo" in imports(p)} == {"embedded"}


def test_lower_floors_need_neither_server_nor_kernel() -> None:
    """Should import floors 0 to 4 without jupyter_server, ipywidgets and IPython, and the front page without anything big."""
    names = sorted(n for n, floor in FLOOR.items() if floor <= 4 and n != "_run")
    code = (
        "import sys, importlib, zenodo_jupyter\n"
        "assert not {'requests', 'nbformat', 'flask'} & set(sys.modules)\n"
        f"[importlib.import_module('zenodo_jupyter.' + n) for n in {names!r}]\n"
        "print(sorted({'jupyter_server', 'ipywidgets', 'IPython', 'papermill', 'nbconvert', 'flask'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
