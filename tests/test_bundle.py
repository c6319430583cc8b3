"""Bundles: what gets in, what does not and why, and the zips."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import socket
import subprocess
import unicodedata
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import bundle as bundles
from zenodo_jupyter.bundle import Bundle, BundleFile, Limits
from zenodo_jupyter.errors import BadInput, Cancelled, ChangedMeanwhile, DamagedNotebook, MissingFile, UnsafeName


@pytest.fixture
def work(tmp_path):
    """A folder with a notebook that reads two files and writes one, and much else beside it."""
    folder = tmp_path / "work"
    for name, text in {
        "data/a.csv": "x\n1\n", "data/b.csv": "", "out/fig.png": "png", "unused.csv": "x", ".env": "TOKEN=x",
        "raw/.git/config": "x", "raw/.DS_Store": "x", "raw/__pycache__/m.pyc": "x", "raw/1.txt": "one", "raw/2.tmp": "two",
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    write(folder, "pd.read_csv('data/a.csv')\nopen('data/b.csv')", "plt.savefig('out/fig.png')", "load_dotenv('.env')")
    return folder


def write(folder, *sources):
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), folder / "n.ipynb")


def keys(bundle):
    return [file.key for file in bundle]


def test_collects_what_the_code_names(work):
    """The notebook comes first, then its files with role and reason; the rest of the folder stays out."""
    bundle = bundles.collect(work / "n.ipynb")
    assert [(file.key, file.role, file.reason) for file in bundle] == [
        ("n.ipynb", "notebook", "the notebook"),
        ("data/a.csv", "data", "read by cell 1"),
        ("data/b.csv", "data", "read by cell 1"),
        ("out/fig.png", "output", "written by cell 2"),
    ]
    assert bundle.left_out == ((".env", "may hold passwords"),)
    assert bundle.folder == work.resolve()


def test_named_folder_without_what_belongs_in_no_record(work):
    """A folder comes with all that is in it, but for junk, and says what was left out."""
    bundle = bundles.collect(work / "n.ipynb", data=[work / "raw"], exclude=["*.tmp"])
    assert keys(bundle)[-1] == "raw/1.txt"
    assert dict(bundle.left_out) | {".env": ""} == {
        ".env": "", "raw/.git/": "version control", "raw/.DS_Store": "kept by the desktop",
        "raw/__pycache__/": "made by Python and its tools", "raw/2.tmp": "excluded by *.tmp",
    }  # fmt: skip


def test_names_are_taken_from_here_and_from_the_notebook(work, monkeypatch):
    """A name counts in the current folder, then in the notebook's; globs work."""
    monkeypatch.chdir(work / "raw")
    assert "raw/1.txt" in keys(bundles.collect(work / "n.ipynb", data=["1.txt"]))
    assert "unused.csv" in keys(bundles.collect(work / "n.ipynb", data=["unused.csv"]))
    assert "unused.csv" in keys(bundles.collect(work / "n.ipynb", data=["*.csv"]))


def test_named_file_that_is_not_there(work):
    """What a person names and is not there stops the collecting."""
    with pytest.raises(MissingFile, match=r"gone\.csv"):
        bundles.collect(work / "n.ipynb", data=["gone.csv"])


def test_file_from_outside_comes_only_when_named(work, tmp_path):
    """A path in the code that leads out is left out; named, its file comes under data/, and a clash is an error."""
    outside = tmp_path / "z.csv"
    outside.write_text("z")
    write(work, "open('../z.csv')")
    bundle = bundles.collect(work / "n.ipynb")
    assert keys(bundle) == ["n.ipynb"]
    assert "outside the notebook's folder" in dict(bundle.left_out)["../z.csv"]
    assert keys(bundles.collect(work / "n.ipynb", data=[outside])) == ["n.ipynb", "data/z.csv"]
    (work / "data/z.csv").write_text("another")
    with pytest.raises(BadInput, match=r"would both be data/z\.csv"):
        bundles.collect(work / "n.ipynb", data=[outside, "data/z.csv"])


def test_folder_from_outside(work, tmp_path):
    """A folder from outside keeps its name under data/, and one that is called data is data/."""
    for name in ("other/raw/1.txt", "store/data/2.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
    write(work)
    bundle = bundles.collect(work / "n.ipynb", data=[tmp_path / "other/raw", tmp_path / "store/data"])
    assert keys(bundle) == ["n.ipynb", "data/raw/1.txt", "data/2.txt"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_that_lead_out_are_never_followed(work, tmp_path):
    """A link that leads out is left out where the code names it or a folder holds it, and refused when it is named."""
    secret = tmp_path / "secret"
    secret.write_text("s")
    (work / "data/link.csv").symlink_to(secret)
    (work / "raw/away").symlink_to(tmp_path)
    (work / "raw/inside.txt").symlink_to(work / "unused.csv")
    write(work, "open('data/link.csv')")
    bundle = bundles.collect(work / "n.ipynb", data=["raw"])
    assert dict(bundle.left_out)["data/link.csv"] == "a link that leads out of the folder"
    assert dict(bundle.left_out)["raw/away/"] == "a link to a folder"
    assert "raw/inside.txt" in keys(bundle)
    for name in ("data/link.csv", "raw/away"):
        with pytest.raises(BadInput, match="leads out"):
            bundles.collect(work / "n.ipynb", data=[name])


@pytest.mark.skipif(os.name == "nt", reason="no pipes there")
def test_pipes_devices_and_sockets_are_no_files(work, monkeypatch):
    """They would block or never end: left out in a folder, refused when named."""
    monkeypatch.chdir(work)  # the name of a socket must be short
    os.mkfifo("raw/pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("raw/socket")
        left_out = dict(bundles.collect(work / "n.ipynb", data=["raw"]).left_out)
    assert (left_out["raw/pipe"], left_out["raw/socket"]) == ("a pipe", "a socket")
    with pytest.raises(BadInput, match="a pipe"):
        bundles.collect(work / "n.ipynb", data=["raw/pipe"])
    with pytest.raises(BadInput, match="a device"):
        bundles.collect(work / "n.ipynb", data=["/dev/null"])


def test_names_are_composed(work):
    """A name that a Mac took apart on disk goes up composed, as the code has it; two forms of one name clash."""
    name = "Zürich.csv"
    apart = unicodedata.normalize("NFD", name)
    (work / apart).write_text("1")
    assert keys(bundles.collect(work / "n.ipynb", data=[apart]))[-1] == name
    (work / name).write_text("2")
    if len([p for p in work.iterdir() if "rich" in p.name]) == 2:
        with pytest.raises(BadInput, match="would both be"):
            bundles.collect(work / "n.ipynb", data=[apart, name])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\nb.csv", "con.csv", "a\udcff.csv"])
def test_names_that_nobody_could_get_stay_out(work, name):
    """Named, such a file is refused in words; in a folder that is named, it is left out and said to be."""
    (work / "raw" / name).write_text("x")
    with pytest.raises(UnsafeName, match="Rename it"):
        bundles.collect(work / "n.ipynb", data=[work / "raw" / name])
    bundle = bundles.collect(work / "n.ipynb", data=[work / "raw"])
    assert f"raw/{name}" not in keys(bundle)
    assert any(left.name == f"raw/{name}" and "its name" in left.reason for left in bundle.left_out)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_notebook_with_a_name_that_nobody_could_get(work):
    """It is refused before anything is sent."""
    (work / "n.ipynb").rename(work / "n\udcff.ipynb")
    with pytest.raises(UnsafeName, match="Rename it"):
        bundles.collect(work / "n\udcff.ipynb")


def test_damaged_notebook_is_refused(work):
    """A notebook that cannot be read is not collected."""
    (work / "n.ipynb").write_text("{")
    with pytest.raises(DamagedNotebook):
        bundles.collect(work / "n.ipynb")


def test_too_much_is_refused_at_once(work):
    """More than a record holds is said with the biggest files, before anything is read."""
    with pytest.raises(BadInput, match=r"data/a\.csv"):
        bundles.collect(work / "n.ipynb", limits=Limits(max_bytes=10))


# --- one file ----------------------------------------------------------------------------------------------------------


def test_checksums_of_a_file_and_of_content(tmp_path):
    """Both kinds of file give size, md5, sha256 and their bytes."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    for file in (BundleFile("a", "data", "", path=path), BundleFile("a", "data", "", content=b"abc")):
        assert (file.size, file.md5, file.sha256) == (
            3,
            hashlib.md5(b"abc").hexdigest(),
            hashlib.sha256(b"abc").hexdigest(),
        )
        with file.open() as stream:
            assert stream.read() == b"abc"


@pytest.mark.parametrize(
    "change", [lambda path: path.write_bytes(b"abcd"), lambda path: os.utime(path, (1, 1)), Path.unlink]
)
def test_change_after_collecting_is_noticed(tmp_path, change):
    """A file that changes between collecting, hashing and sending is not sent as if nothing were."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    file, hashed = BundleFile("a", "data", "", path=path), BundleFile("a", "data", "", path=path)
    assert hashed.md5
    change(path)
    with pytest.raises(ChangedMeanwhile):
        file.md5  # noqa: B018
    with pytest.raises(ChangedMeanwhile):
        hashed.open()


def test_same_key_twice_is_refused(tmp_path):
    """Two files of one name cannot be told apart in a record."""
    with pytest.raises(BadInput, match="both be a"):
        Bundle(tmp_path, ()).adding(
            [BundleFile("a", "data", "", content=b"1"), BundleFile("a", "data", "", content=b"2")]
        )


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs GNU coreutils")
def test_manifest_is_read_by_sha256sum(work):
    """The manifest checks out with sha256sum -c, strange names included."""
    (work / "raw/a\\b\nc.txt").write_text("strange")
    bundle = bundles.collect(work / "n.ipynb", data=["raw"])
    (work / "manifest-sha256.txt").write_bytes(bundles.manifest_sha256(bundle).encode())
    subprocess.run(["sha256sum", "--strict", "-c", "manifest-sha256.txt"], cwd=work, check=True, capture_output=True)


# --- zips --------------------------------------------------------------------------------------------------------------


def made(tmp_path, data=0, outputs=0, empty=0):
    files = [BundleFile("n.ipynb", "notebook", "", content=b"{}"), BundleFile("README.md", "readme", "", content=b"R")]
    files += [BundleFile(f"data/{n}.csv", "data", "", content=b"1,2\n" * n) for n in range(1, data + 1)]
    files += [BundleFile(f"out/{n}.png", "output", "", content=os.urandom(50)) for n in range(outputs)]
    files += [BundleFile(f"pkg{n}/__init__.py", "data", "", content=b"") for n in range(empty)]
    return Bundle(tmp_path, tuple(files))


def unzipped(packed):
    """Open a zip that is made while it is read."""
    with packed.open() as stream:
        return zipfile.ZipFile(io.BytesIO(stream.read()))


def test_within_the_limits_nothing_is_packed(tmp_path):
    """A bundle that the record can hold stays as it is."""
    bundle = made(tmp_path, data=98)
    assert bundles.pack(bundle, Limits()) is bundle


def test_empty_files_are_packed_where_they_are_refused(tmp_path):
    """Only the empty files go into the zip; where they are allowed, none."""
    bundle = made(tmp_path, data=2, empty=2)
    packed = bundles.pack(bundle, Limits())
    assert keys(packed) == ["n.ipynb", "README.md", "data/1.csv", "data/2.csv", "data.zip"]
    assert unzipped(packed.files[-1]).namelist() == ["pkg0/__init__.py", "pkg1/__init__.py"]
    assert bundles.pack(bundle, Limits(allow_empty=True)) is bundle


def test_the_larger_group_is_packed_first(tmp_path):
    """Beyond a hundred files the larger of data and outputs is packed, then the other; the notebook stays loose."""
    assert keys(bundles.pack(made(tmp_path, data=3, outputs=120), Limits()))[-2:] == ["data/3.csv", "outputs.zip"]
    both = bundles.pack(made(tmp_path, data=110, outputs=120, empty=1), Limits())
    assert keys(both) == ["n.ipynb", "README.md", "data.zip", "outputs.zip"]
    with unzipped(both.files[2]) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 111


def test_zip_is_named_around_one_that_is_there(tmp_path):
    """A data.zip of the person's own keeps its name."""
    bundle = made(tmp_path, outputs=120).adding([BundleFile("outputs.zip", "data", "", content=b"PK")])
    assert keys(bundles.pack(bundle, Limits()))[-2:] == ["outputs.zip", "outputs-2.zip"]


def test_zips_are_the_same_for_the_same_files(tmp_path, monkeypatch):
    """The bytes do not depend on order, time or time zone; text is compressed, noise is stored."""
    bundle = made(tmp_path, data=60, outputs=60)
    first = bundles.pack(bundle, Limits())
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    again = bundles.pack(Bundle(tmp_path, bundle.files[::-1]), Limits())
    assert {file.key: file.sha256 for file in first} == {file.key: file.sha256 for file in again}
    with unzipped(bundles.pack(made(tmp_path, data=120), Limits()).files[-1]) as archive:
        assert {info.compress_type for info in archive.infolist() if info.file_size > 100} == {zipfile.ZIP_DEFLATED}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.fp.seek(0)
        (tmp_path / "data.zip").write_bytes(archive.fp.read())
    assert bundles.is_packed(tmp_path / "data.zip")


def test_zip_is_what_was_said_of_it_and_never_on_disk(tmp_path, monkeypatch):
    """Length and checksums are known before it is sent, its files are hashed by then, and no copy is made anywhere."""
    for n in range(120):
        (tmp_path / f"{n}.csv").write_bytes(os.urandom(n * 40_000 % 2_000_001 if n % 10 == 0 else n))
    files = [BundleFile("n.ipynb", "notebook", "", content=b"{}")]
    files += [BundleFile(f"{n}.csv", "data", "", path=tmp_path / f"{n}.csv") for n in range(120)]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    told = []
    archive = bundles.pack(Bundle(tmp_path, tuple(files)), Limits(), told.append).files[-1]
    with archive.open() as stream:
        pieces = list(iter(lambda: stream.read(70_001), b""))
    sent = b"".join(pieces)
    assert {len(piece) for piece in pieces[:-1]} == {70_001}
    assert (len(sent), hashlib.md5(sent).hexdigest(), hashlib.sha256(sent).hexdigest()) == (
        archive.size, archive.md5, archive.sha256,
    )  # fmt: skip
    assert all(file.known_md5 for file in files[1:]) and told[-1].done == told[-1].total
    with unzipped(archive) as zipped:
        assert {i.filename: zipped.read(i) for i in zipped.infolist()} == {
            f.key: f.path.read_bytes() for f in files[1:]
        }


def test_packing_can_be_stopped(tmp_path):
    """Whoever is told how far it is stops it there."""

    def stop(progress):
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        bundles.pack(made(tmp_path, data=120), Limits(), stop)


def test_file_is_read_once(tmp_path, monkeypatch):
    """Both checksums come of one reading, and of the sending where that comes first."""
    path = tmp_path / "a"
    path.write_bytes(os.urandom(3_000_000))
    file, opened = BundleFile("a", "data", "", path=path), []
    original = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: opened.append(self) or original(self, *a, **k))
    with contextlib.closing(file.open("sha256")) as stream:
        while stream.read(1 << 20):
            pass
    file.learn(md5="0" * 32)
    sha256, md5 = file.sha256, file.md5
    assert opened == [path]
    assert (sha256, md5) == (hashlib.sha256(path.read_bytes()).hexdigest(), "0" * 32)


def test_what_cannot_be_packed_is_refused(tmp_path):
    """Too many files that have to stay loose are an error that says how many."""
    files = [BundleFile(f"{n}.txt", "environment", "", content=b"1") for n in range(120)]
    with pytest.raises(BadInput, match="22 too many"):
        bundles.pack(made(tmp_path).adding(files), Limits())
