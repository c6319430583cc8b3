"""Which distribution an import comes from, where nothing is installed that could be asked.

Most carry the name that is imported; the others are facts about well-known packages, written down here one by one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .cells import imports, python_cells
from .packages import normal, requirements

# Import name and distribution, where they are not the same.
_NAMES = {
    "sklearn": "scikit-learn", "skimage": "scikit-image", "skopt": "scikit-optimize", "skbio": "scikit-bio", "cv2":
    "opencv-python-headless", "PIL": "Pillow", "yaml": "PyYAML", "bs4": "beautifulsoup4", "dateutil":
    "python-dateutil", "mpl_toolkits": "matplotlib", "pylab": "matplotlib", "Bio": "biopython", "serial":
    "pyserial", "usb": "pyusb", "OpenSSL": "pyOpenSSL", "Crypto": "pycryptodome", "dotenv": "python-dotenv", "docx":
    "python-docx", "pptx": "python-pptx", "magic": "python-magic", "git": "GitPython", "github": "PyGithub", "jwt":
    "PyJWT", "MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary", "ldap": "python-ldap", "osgeo": "GDAL",
    "shapefile": "pyshp", "umap": "umap-learn", "igraph": "python-igraph", "community": "python-louvain",
    "openbabel": "openbabel-wheel", "Levenshtein": "python-Levenshtein", "faiss": "faiss-cpu", "ruamel":
    "ruamel.yaml", "attr": "attrs", "zmq": "pyzmq", "win32com": "pywin32", "google": "google-api-python-client",
    "googleapiclient": "google-api-python-client", "slugify": "python-slugify", "plotly_express": "plotly",
    "dash_core_components": "dash", "dash_html_components": "dash", "vaex": "vaex-core", "ot": "POT", "pywt":
    "PyWavelets", "sksurv": "scikit-survival", "imblearn": "imbalanced-learn", "stan": "pystan", "pkg_resources":
    "setuptools", "speech_recognition": "SpeechRecognition", "Xlib": "python-xlib", "wx": "wxPython", "gi":
    "PyGObject", "telegram": "python-telegram-bot",
}  # fmt: skip
#: Words of ``pip install`` lines that are no packages: options, and what follows those that take a value.
_TAKES_VALUE = frozenset({"-r", "-c", "-e", "-i", "-f", "-t", "--requirement", "--index-url", "--target"})


def wanted(nb: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    """Return the distributions that a notebook's imports and ``pip install`` lines name, as requirements.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    folder : Path
        Where it lies; modules found there are no packages.
    """
    found: dict[str, str] = {}
    for distribution in imported(nb, folder).values():
        found.setdefault(normal(distribution), distribution)
    for line in (line for code in python_cells(nb) for line in code.magics):
        for requirement in _installed_by(line):
            found[normal(re.split(r"[\[<>=!~ ]", requirement)[0])] = requirement
    return tuple(sorted(found.values(), key=str.lower))


def imported(nb: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return the top modules that a notebook imports from packages, each with its distribution's name."""
    codes = list(python_cells(nb))
    names = {name.partition(".")[0] for code in codes if code.tree for name in imports(code.tree)}
    lines = [line.split() for code in codes for line in code.magics]
    names |= {words[1].partition(".")[0] for words in lines if words[:1] == ["%load_ext"] and len(words) > 1}
    names |= {"matplotlib" for words in lines if words[:1] in (["%matplotlib"], ["%pylab"])}
    foreign = (
        name
        for name in sorted(names)
        if name not in sys.stdlib_module_names and not _is_here(folder, name) and name.isidentifier()
    )
    return {name: of_module(name) for name in foreign if not name.startswith("_")}


def of_module(name: str) -> str:
    """Return the distribution that a top module comes from, by the table above or else by its own name.

    >>> of_module("sklearn"), of_module("my_lab")
    ('scikit-learn', 'my-lab')
    """
    return _NAMES.get(name, name.replace("_", "-"))


def _is_here(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").exists() or (folder / name).is_dir()


def _installed_by(line: str) -> list[str]:
    """Return what a line such as ``!pip install -q a b==1`` installs, as far as it names packages."""
    match = re.match(r"\s*[%!]\s*(?:(?:\S*python\S*|\{sys\.executable\})\s+-m\s+)?pip3?\s+install\s+(.*)", line)
    if not match:
        return []
    words = iter(re.split(r"[;&|#]", match[1])[0].split())
    named = []
    for word in words:
        if word in _TAKES_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            named.append(word.strip("'\""))
    return list(requirements("\n".join(named))[0])
