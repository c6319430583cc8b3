"""The checks on code: order, randomness, programs, privacy; and what a project may say about them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from zenodo_jupyter import checks
from zenodo_jupyter.bundle import Bundle, BundleFile
from zenodo_jupyter.checks import switches

NOTEBOOK = BundleFile("n.ipynb", "notebook", "", content=b"{}")


def check(*cells, files=(), folder=Path("/nowhere"), **more):
    """Run the checks on a notebook of these cells and files."""
    nb = new_notebook(
        cells=[new_code_cell(c, execution_count=n) if isinstance(c, str) else c for n, c in enumerate(cells, 1)]
    )
    return checks.run(nb, Bundle(folder, (NOTEBOOK, *files)), **more)


def printed(text, count=1):
    """Return a cell that printed a text."""
    return new_code_cell("1", execution_count=count, outputs=[new_output("stream", text=text)])


def table(name, head):
    """Return a data file with a head and a line."""
    return BundleFile(name, "data", "", content=f"{head}\n1\n".encode())


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["print(total)", "total = 1"], "Uses total, which is defined only in cell [2]."),
        (["print(total)"], "Uses total, which is defined nowhere."),
        (["print(total)\ntotal = 1"], "Uses total, which is defined below its use."),
        (["total += 1"], "Uses total, which is defined nowhere."),
        (["class A(Base):\n    x = 1"], "Uses Base, which is defined nowhere."),
        (["def f(x=start): pass", "start = 1"], "Uses start, which is defined only in cell [2]."),
        (["[i for i in rows if i]"], "Uses rows, which is defined nowhere."),
        (["f'{total}'"], "Uses total, which is defined nowhere."),
        (["%%time\nprint(total)"], "Uses total, which is defined nowhere."),
    ],
)
def test_name_that_is_not_there_yet(cells, told):
    """A name that no cell above makes is an error, which says where it is defined."""
    (found,) = check(*cells)
    assert (found.id, found.severity, found.message) == ("ORD2", "error", told)


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(): return later", "later = 1", "f()"],
        ["f = lambda: later", "later = 1"],
        ["import os.path as p, sys\nfrom math import pi as q\nprint(p, sys, q)"],
        ["for i, (a, *b) in []: pass\nprint(i, a, b)"],
        ["with open(__name__) as f: print(f)"],
        ["if (n := 3) > 2: print(n)"],
        ["[x for x in range(3)]; {k: v for k, v in []}; sorted([], key=lambda r: r.a)"],
        ["try:\n    unicode\nexcept NameError:\n    unicode = str"],
        ["try:\n    1/0\nexcept Exception as e:\n    print(e)"],
        ["class A:\n    x = 1\n    y = x\n    def f(self): return self.y"],
        ["from math import *", "print(sin(1))"],
        ["%pylab inline", "plot([1])"],
        ["%run setup.py", "print(setup)"],
        ["%%R -o df\nx", "print(df)"],
        ["%%bash --out names\nls", "print(names)"],
        ["%%capture out\n1", "out.show()"],
        ["names = !ls", "print(names)"],
        ["display(In, Out, _, _1, get_ipython())"],
        ["globals()['a'] = 1", "print(a)"],
        ["match 3:\n    case [x, *rest]: print(x, rest)\n    case y: print(y)"],
        ["import torch\nx: torch.Tensor = 1\nprint(x)"],
        ["import numpy as np\ndel np.a\nx = 1\ndel x\nx = 2\nprint(x)"],
        [new_code_cell("missing", execution_count=1, metadata={"tags": ["raises-exception"]})],
    ],
)
def test_names_that_are_there(cells):
    """What Python, IPython, magics and functions called later make or need is no finding."""
    assert check(*cells) == ()


@pytest.mark.parametrize(
    ("cells", "library"),
    [
        (["import numpy as np", "np.random.rand(3)"], "numpy"),
        (["from numpy import random as r\nr.normal()"], "numpy"),
        (["import numpy as np\nrng = np.random.default_rng()"], "numpy"),
        (["import random\nrandom.shuffle([])"], "random"),
        (["from random import choice\nchoice([1])"], "random"),
        (["import torch\ntorch.randn(3)"], "torch"),
        (["from sklearn.datasets import make_moons\nmake_moons(10)"], "numpy"),
        (["from sklearn.model_selection import train_test_split as s\ns([1], random_state=None)"], "numpy"),
        (["from scipy import stats\nstats.norm.rvs(size=3)"], "numpy"),
        (["import numpy as np\nnp.random.rand(3)\nnp.random.seed(1)"], "numpy"),
        (["import random\ndef f(): return random.random()", "f()"], "random"),
    ],
)
def test_draws_without_a_seed(cells, library):
    """Random numbers without a seed are one warning for each library, which says how to set one."""
    (found,) = check(*cells)
    assert (found.id, found.severity) == ("RND1", "warning")
    assert f"({library})" in found.message and "seed" in found.fix.lower() + found.message


@pytest.mark.parametrize(
    "cells",
    [
        ["import numpy as np\nnp.random.seed(1)\nnp.random.rand(3)"],
        ["import numpy as np\nrng = np.random.default_rng(7)\nrng.normal()"],
        ["import random\nr = random.Random(4)\nr.random()"],
        ["import random\ndef f(): return random.random()", "random.seed(1)\nf()"],
        ["from sklearn.cluster import KMeans\nKMeans(3, random_state=0)"],
        ["import numpy as np\nfrom sklearn.cluster import KMeans\nnp.random.seed(0)\nKMeans(3)"],
        ["import tensorflow as tf\ntf.keras.utils.set_random_seed(1)\ntf.random.normal([2])"],
        ["my = 1\nprint(my.random())"],
        [new_code_cell("import random\nrandom.random()", execution_count=1, metadata={"tags": ["volatile"]})],
    ],
)
def test_draws_that_come_again(cells):
    """A seed before, a generator that brings its own, or a cell that says it is volatile, is no finding."""
    assert check(*cells) == ()


def test_programs_and_installations():
    """Programs that others may not have are named, those that all have are not; installing while running is one warning."""
    found = check(
        "!gdal_translate -of GTiff a.nc b.tif | head", "%%bash\nls\nLANG=C ffmpeg -i a b", "!ls -l && pwd", "!./run.sh $x",
        "import subprocess, os\nsubprocess.run(['git', 'log'])\nos.system('dot -Tpng')\nsubprocess.run(cmd := [])",
        "%pip install numpy", "!{sys.executable} -m pip install --quiet pandas", "!conda install -y gdal",
    )  # fmt: skip
    assert [(f.id, f.message.split(",")[0].split()[-1]) for f in found[:4]] == [
        ("SYS1", "gdal_translate"), ("SYS1", "ffmpeg"), ("SYS1", "git"), ("SYS1", "dot"),
    ]  # fmt: skip
    assert [(f.id, f.where) for f in found[4:]] == [("SYS2", "cell [6]")]


def test_who_it_was(monkeypatch):
    """Home folders, this machine's name and addresses in outputs are told, once each; accounts of nobody are not."""
    monkeypatch.setattr(socket, "gethostname", lambda: "adas-laptop")
    found = check(
        printed('File "/home/ada/venv/a.py"\n/home/ada/b C:\\Users\\Grace Hopper\\x /home/jovyan/a /Users/runner/b'),
        printed("Warning on adas-laptop, not on adas-laptop2", 2),
        printed("ada@uni.edu grace@navy.mil me@example.com a@b.png 3@4", 3),
        printed("again /home/ada/c ada@uni.edu", 4),
        "# see /home/kurt/notes",
    )
    assert [f.message.rpartition(" shows ")[2] for f in found] == [
        "the home folder of ada.", "the home folder of Grace Hopper.", "the name of your machine.", "2 e-mail addresses.",
        "the home folder of kurt.",
    ]  # fmt: skip
    assert {f.id for f in found} == {"PRV1", "PRV3"} and {f.severity for f in found} == {"warning"}


def test_columns_about_persons():
    """A table whose columns point at persons is warned of; stations with names and places are not."""
    files = [
        table("people.csv", "Patient ID;age;E-Mail"), table("survey.tsv", "name\tage\tgender\tzip code"),
        table("stations.csv", "name,latitude,longitude"), table("plain.csv", "date,temperature"),
    ]  # fmt: skip
    found = check(files=files)
    assert [(f.id, f.where) for f in found] == [("PRV2", "people.csv"), ("PRV2", "survey.tsv")]
    assert "patient_id, e_mail" in found[0].message


def test_large_output():
    """An output of more than a megabyte is noted."""
    (found,) = check(printed("x" * 1_200_000))
    assert (found.id, found.severity) == ("OUT3", "info") and "1.2 MB" in found.message


SECRET = "'" + "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9" + "'"


def test_project_switches_checks(tmp_path):
    """A table in pyproject.toml switches checks off and changes their weight, but nothing that blocks; mistakes are told."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.zenodo-jupyter.checks]\noff = ["RND", "SEC1", "NOPE"]\nseverity = { SYS1 = "error", SYS2 = "block" }\n'
    )
    (tmp_path / "sub").mkdir()
    wanted = switches.read(tmp_path / "sub")
    found = check("import random\nrandom.random()", SECRET, "!dot", switches=wanted)
    assert [(f.id, f.severity) for f in found] == [
        ("SEC1", "block"), ("SYS1", "error"), ("SET1", "warning"), ("SET1", "warning"),
    ]  # fmt: skip
    assert "NOPE is no check" in found[2].message and "block is no severity" in found[3].message


@pytest.mark.parametrize(
    "text", ["", "not toml [", "[tool]\nzenodo-jupyter = 3\n", "[tool.zenodo-jupyter]\nchecks = []"]
)
def test_project_that_says_nothing(tmp_path, text):
    """A pyproject.toml without the table, or one that is none, changes nothing."""
    (tmp_path / "pyproject.toml").write_text(text)
    assert switches.read(tmp_path) == switches.Switches()


def test_search_for_the_table_ends_at_the_repository(tmp_path):
    """Another project further up has no say."""
    (tmp_path / "pyproject.toml").write_text('[tool.zenodo-jupyter.checks]\noff = ["RND1"]\n')
    inner = tmp_path / "mine"
    (inner / ".git").mkdir(parents=True)
    assert switches.read(inner).off == ()


def test_tags_switch_checks_of_a_cell():
    """A tag on a cell takes its findings away, all or those of one check, but nothing that blocks."""
    cells = [
        new_code_cell(f"{SECRET}\n!dot", execution_count=1, metadata={"tags": ["zenodo-ignore"]}),
        new_code_cell("!dot2\nmissing", execution_count=2, metadata={"tags": ["zenodo-ignore-SYS1"]}),
    ]
    assert [f.id for f in check(*cells)] == ["SEC1", "ORD2"]


def test_all_checks_are_known():
    """The list of checks has each that the files define, and no other."""
    import re

    folder = Path(checks.__file__).parent
    defined = {
        name
        for path in folder.glob("*.py")
        if path.name != "switches.py"
        for name in re.findall(r'"([A-Z]{3}\d)"', path.read_text())
    }
    assert defined == set(switches.CHECKS)
