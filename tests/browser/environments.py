"""Make the places that tests go to in environments of their own: ``python tests/browser/environments.py oldest shared hub``.

Each is in ``.everywhere/NAME``, has what ``environments/NAME.txt`` names, and sees all else in the environment that makes it,
this project included; so each takes a few seconds.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

HERE = Path(__file__).with_suffix("")
EVERYWHERE = HERE.parents[2] / ".everywhere"
#: What the hub's proxy is to npm.
PROXY = "configurable-http-proxy@5.3.0"
#: Where Jupyter looks below an environment for what belongs to an application, extension or kernel: folder, and how deep.
BELONGINGS = (
    "share/jupyter/lab", "share/jupyter/labextensions/*", "share/jupyter/labextensions/@*/*", "share/jupyter/kernels/*",
    "share/jupyter/nbconvert/templates/*", "etc/jupyter/jupyter_server_config.d/*",
)  # fmt: skip


def python_of(name: str) -> str:
    """Return the interpreter of an environment that was made.

    Raises
    ------
    FileNotFoundError
        Where it was not made.
    """
    python = EVERYWHERE / name / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(f"{python} is not there: python {Path(__file__).name} {name} makes it.")
    return str(python)


def make(name: str) -> None:
    """Make an environment, unless it is there with what is asked for."""
    folder, wanted = EVERYWHERE / name, HERE / f"{name}.txt"
    done = folder / "installed.txt"
    if done.exists() and done.read_text() == wanted.read_text():
        return
    venv.create(folder, clear=True, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--requirement", str(wanted)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "project.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    if name == "hub":
        (folder / "package.json").write_text("{}")  # else npm looks for a project above
        npm = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", PROXY]
        subprocess.run(npm, check=True, cwd=folder)  # not by --prefix, which has it look elsewhere for its settings
    for pattern in BELONGINGS:
        for there in Path(sys.prefix).glob(pattern):
            here = folder / there.relative_to(sys.prefix)
            if not (here.exists() or there.name.startswith("@")):
                here.parent.mkdir(parents=True, exist_ok=True)
                here.symlink_to(there)
    done.write_text(wanted.read_text())


if __name__ == "__main__":
    for each in sys.argv[1:]:
        make(each)
