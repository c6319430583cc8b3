"""Whether the notebook needs more than Python packages: programs, and installations made by its own cells."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence

from ..cells import Code
from .finding import Finding

_SHARE = "part of the 5.5 % of published notebooks that fail for other reasons"
#: Programs that every machine has on which notebooks are run, and what is a word of the shell itself.
_EVERYWHERE = frozenset({
    "ls", "cat", "echo", "cd", "pwd", "mkdir", "rm", "cp", "mv", "head", "tail", "wc", "sort", "uniq", "cut", "grep", "sed",
    "awk", "date", "touch", "find", "tee", "which", "env", "export", "set", "true", "test", "tar", "gzip", "gunzip", "du", "df",
    "printf", "sleep", "for", "if", "while", "do", "done", "then", "fi", "else", "time", "python", "python3", "jupyter", "type",
    "dir", "uname", "whoami", "hostname", "ps", "kill", "chmod", "ln", "xargs", "tr", "diff", "file", "nproc", "free", "bash",
    "sh", "source", "read", "nohup", "exit", "{sys.executable}", "sys.executable", "conda", "sudo", "ipython", "pip", "pip3",
})  # fmt: skip
_INSTALLS = re.compile(
    r"(?:^|[!%;&|\s])(?:[\w./{}]*python[\d.]*\s+-m\s+|\{?sys\.executable\}?\s+-m\s+)?"
    r"(?:(?:micro)?pip3?|uv\s+pip|conda|mamba|apt(?:-get)?|brew|yum|dnf|npm|yarn)\s+(?:\S+\s+)?(?:un)?(?:install|add)\b"
)
_SHELL_CELLS = re.compile(r"%%(?:bash|sh|script|system|sx|!)")
#: Functions that call programs: module and name.
_CALLS = re.compile(r"(?:os\.(?:system|popen)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput))")


def check(codes: Sequence[Code], sources: Sequence[str]) -> Iterator[Finding]:
    """Yield what others must have installed besides the packages.

    SYS1 : calls a program. SYS2 : installs packages while it runs.

    Parameters
    ----------
    codes : sequence of Code
        The code cells.
    sources : sequence of str
        The sources of all cells, by position.
    """
    called: dict[str, Code] = {}
    installing: Code | None = None
    for code in codes:
        lines = list(code.magics)
        if code.index is not None and lines and _SHELL_CELLS.match(lines[0]):
            lines += ["!" + line for line in sources[code.index].split("\n")[1:]]
        if any(_INSTALLS.search(line) for line in lines):
            installing = installing or code
        for line in lines:
            if line.startswith(("!", "%sx ", "%system ")) and not _INSTALLS.search(line):
                called.setdefault(_program(line.lstrip("!").removeprefix("%sx ").removeprefix("%system ")), code)
        for program in _called(code):
            called.setdefault(program, code)
    for program, code in called.items():
        if program and program not in _EVERYWHERE:
            yield Finding(
                "SYS1", "warning", f"Calls the program {program}, which others may not have.",
                "Say in the description where to get it and which version you used.", code.label, code.index, _SHARE,
            )  # fmt: skip
    if installing is not None:
        yield Finding(
            "SYS2", "warning", "Installs packages while it runs: later they will be other ones.",
            "Install them beforehand; the versions that you used go into requirements.txt by themselves.",
            installing.label, installing.index, _SHARE,
        )  # fmt: skip


def _program(line: str) -> str:
    """Return the first program of a shell line; empty where it cannot be told.

    >>> _program(" LANG=C gdal_translate a b"), _program("$cmd"), _program("./run.sh")
    ('gdal_translate', '', '')
    """
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    for word in words:
        if re.fullmatch(r"\w+=.*", word):
            continue
        name = word.rsplit("/", 1)[-1]
        local = word.startswith((".", "~")) or not re.fullmatch(r"[A-Za-z][\w.+-]*", name)
        return "" if local else name
    return ""


def _called(code: Code) -> Iterator[str]:
    """Yield the programs that Python code calls by name."""
    for node in ast.walk(code.tree) if code.tree else ():
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        if not _CALLS.fullmatch(ast.unparse(node.func)):
            continue
        first = node.args[0]
        if isinstance(first, ast.List | ast.Tuple) and first.elts:
            first = first.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield _program(shlex.quote(first.value))
        elif isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield _program(first.value)
