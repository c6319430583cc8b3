"""What a notebook reads and writes is found by reading its code."""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter.datafinder import find


@pytest.fixture
def folder(tmp_path):
    """A folder with some data, a module, a package and results."""
    for name in (
        "a.csv", "data/b.csv", "data/2024.csv", "data/2025.csv", "data/deep/c.npy", "out/fig.png", "out/table.csv",
        "helper.py", "kit/__init__.py", "kit/parts.py", "img/map.png", "my file (1).txt", "notes.txt", "red/x.txt",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "helper.py").write_text("open('notes.txt')\n")
    return tmp_path


def uses(folder, *sources):
    """Find what cells with these sources use, as (text, how, place)."""
    return {
        (use.text, use.how, use.place) for use in find(new_notebook(cells=[new_code_cell(s) for s in sources]), folder)
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pd.read_csv('a.csv')", {("a.csv", "read", "inside")}),
        ("open('a.csv')", {("a.csv", "read", "inside")}),
        ("with open('out/table.csv', 'w') as f: pass", {("out/table.csv", "written", "inside")}),
        ("open('out/table.csv', mode='ab')", {("out/table.csv", "written", "inside")}),
        ("Path('a.csv').open('w')", {("a.csv", "written", "inside")}),
        ("plt.savefig('out/fig.png', dpi=300)", {("out/fig.png", "written", "inside")}),
        ("df.to_csv('out/table.csv')", {("out/table.csv", "written", "inside")}),
        ("np.load(Path('data') / 'deep' / 'c.npy')", {("data/deep/c.npy", "read", "inside")}),
        ("D = Path('data')\nx = D / 'b.csv'\nx.read_text()", {("data", "named", "folder"), ("data/b.csv", "read", "inside")}),
        ("np.load(os.path.join('data', 'deep', 'c.npy'))", {("data/deep/c.npy", "read", "inside")}),
        ("pd.read_csv('data/' + name + '5.csv')", {("data/2025.csv", "read", "inside")}),
        ("pd.read_csv(f'data/{year}.csv')", {(f"data/{n}.csv", "read", "inside") for n in ("2024", "2025", "b")}),
        ("pd.read_csv('data/20%d.csv' % y)", {(f"data/{n}.csv", "read", "inside") for n in ("2024", "2025")}),
        ("pd.read_csv('data/20{}.csv'.format(y))", {(f"data/{n}.csv", "read", "inside") for n in ("2024", "2025")}),
        ("glob.glob('data/2*.csv')", {(f"data/{n}.csv", "read", "inside") for n in ("2024", "2025")}),
        ("Path('data').rglob('*.npy')", {("data/deep/c.npy", "read", "inside")}),
        ("os.listdir('out')", {("out/fig.png", "read", "inside"), ("out/table.csv", "read", "inside")}),
        ("names = ['a.csv', 'data/b.csv']", {("a.csv", "named", "inside"), ("data/b.csv", "named", "inside")}),
        ("F = 'a.csv'\npd.read_csv(F)", {("a.csv", "read", "inside")}),
        ("shutil.copy('a.csv', 'out/table.csv')", {("a.csv", "read", "inside"), ("out/table.csv", "written", "inside")}),
        ("pd.read_csv(filepath_or_buffer='a.csv', sep=',')", {("a.csv", "read", "inside")}),
        ("open('my file (1).txt')", {("my file (1).txt", "read", "inside")}),
        ("import helper", {("helper.py", "imported", "inside"), ("notes.txt", "read", "inside")}),
        ("from kit.parts import x", {("kit/__init__.py", "imported", "inside"), ("kit/parts.py", "imported", "inside")}),
        ("%run helper.py\n!wc -l a.csv > out/table.csv", {
            ("helper.py", "read", "inside"), ("a.csv", "read", "inside"), ("out/table.csv", "written", "inside")}),
        ("%%writefile notes.txt\nhello", {("notes.txt", "written", "inside")}),
        ("%matplotlib inline\nfiles = !ls\npd.read_csv('a.csv')", {("a.csv", "read", "inside")}),
        ("%%time\npd.read_csv('a.csv')", {("a.csv", "read", "inside")}),
        ("pd.read_csv('gone.csv')", {("gone.csv", "read", "missing")}),
        ("pd.read_csv('https://example.org/a.csv')", {("https://example.org/a.csv", "read", "url")}),
        ("requests.get('https://example.org/a.json')", {("https://example.org/a.json", "read", "url")}),
        ("D = Path('data')", {("data", "named", "folder")}),
        ("plt.plot(x, color='red')", set()),
        ("print('see https://example.org')", set()),
        ("'''a.csv'''", set()),
        ("json.loads('a.csv.gone')\nsns.load_dataset('iris')\nx = '%.2f' % 3.14", set()),
        ("xr.tutorial.open_dataset('air.nc')\nshelf.load('gone.shp')", set()),
        ("np.load('gone.npy')\nload('gone.npz')", {("gone.npy", "read", "missing"), ("gone.npz", "read", "missing")}),
        ("%%bash\ncat a.csv", set()),
        ("this is not python 'a.csv'", set()),
    ],
)  # fmt: skip
def test_finds(folder, source, expected):
    """Each way to name a file gives what is really used, and nothing else."""
    assert uses(folder, source) == expected


def test_two_browsers_look_at_once(folder):
    """Two notebooks are read at the same moment, also by a Python that cannot parse in two threads."""
    source = f"pd.read_csv('a.csv')\n[{'(a + b * c[1:2]),' * 400}]"
    before, often = gc.get_threshold(), sys.getswitchinterval()
    gc.callbacks.append(switch := lambda *told: None)  # other threads get their turn
    try:
        sys.setswitchinterval(1e-5)
        gc.set_threshold(5)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: uses(folder, source), range(16)))
    finally:
        gc.callbacks.remove(switch)
        gc.set_threshold(*before)
        sys.setswitchinterval(often)
    assert found == [{("a.csv", "read", "inside")}] * 16


def test_written_before_it_is_read_is_not_missing(folder):
    """A file that the notebook makes itself, and that is not there now, is not missing."""
    assert uses(folder, "df.to_csv('new.csv')", "pd.read_csv('new.csv')") == set()
    assert uses(folder, "df.to_csv(f'new{i}.csv')", "pd.read_csv('new3.csv')") == set()


def test_outside_and_absolute(folder, tmp_path_factory):
    """Files elsewhere are told apart; an absolute path to a file inside is taken for that file, as typed."""
    other = tmp_path_factory.mktemp("other") / "z.csv"
    other.write_text("x")
    outside, inside = find(
        new_notebook(cells=[new_code_cell(f"open({str(other)!r})\nopen({str(folder / 'a.csv')!r})")]), folder
    )
    assert (outside.place, outside.typed) == ("outside", str(other))
    assert (inside.place, inside.text, inside.typed) == ("inside", "a.csv", str(folder / "a.csv"))


def test_reasons_name_the_cell_as_people_see_it(folder):
    """A cell that was run is named by its counter, another by its position; Markdown images are shown."""
    nb = new_notebook(
        cells=[
            new_markdown_cell("![map](img/map.png) <img src='gone.png'> ![web](https://example.org/x.png)"),
            new_code_cell("open('a.csv')", execution_count=7),
            new_code_cell("open('data/b.csv')"),
        ]
    )
    assert [use.reason for use in find(nb, folder)] == [
        "shown in cell 1",
        "shown in cell 1",
        "read by cell [7]",
        "read by cell 3",
    ]
