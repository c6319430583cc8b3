"""Names that strangers chose."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zenodo_jupyter.errors import UnsafeName
from zenodo_jupyter.names import clashes, safe_join


@pytest.mark.parametrize(
    "name",
    [
        "", "..", ".", "/etc/passwd", "../x", "a/../../x", "a/..", "a//b", "a/", "./a", "~/../x/..",
        "C:\\x", "c:x", "\\\\host\\x", "..\\x", "a\\..\\..\\x",
        "CON", "nul.txt", "data/aux.c", "com1", "LPT9.log", "x\x00.txt", "x\ny", "\x7f", "\ud800",
        "a/" + "x" * 300, "é" * 200,
    ],
)  # fmt: skip
def test_names_that_leave_or_mislead_are_refused(tmp_path, name):
    """Should fail, whichever system made them."""
    with pytest.raises(UnsafeName):
        safe_join(tmp_path, name)


@pytest.mark.parametrize(
    "name", ["a", "a/b/c.csv", "...", "..a", "a..b/c", ".hidden", "é ü 漢", "console.txt", "a b#?%&.txt"]
)
def test_ordinary_names_are_joined_as_they_are(tmp_path, name):
    """Also odd ones."""
    if os.name == "nt" and name in ("...", "a b#?%&.txt"):
        pytest.skip("not a name on Windows")
    assert safe_join(tmp_path, name) == tmp_path.joinpath(*name.split("/"))


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    """A folder may hold links from before; those that stay inside are fine."""
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "inside").mkdir()
    (folder / "out").symlink_to(outside)
    (folder / "in").symlink_to(folder / "inside")
    (folder / "file").symlink_to(outside / "file")
    for name in ("out/x", "file"):
        with pytest.raises(UnsafeName):
            safe_join(folder, name)
    assert safe_join(folder, "in/x") == folder / "in" / "x"


@given(st.text(alphabet=st.sampled_from("a./\\:~ ..\x00C"), max_size=12))
def test_whatever_comes_out_is_inside(tmp_path_factory, name):
    """Every name is either refused or inside the folder."""
    folder = tmp_path_factory.getbasetemp() / "folder"
    try:
        joined = safe_join(folder, name)
    except UnsafeName:
        return
    assert joined.resolve().is_relative_to(folder.resolve()) and joined != folder


def test_clashes_are_found_in_any_order():
    """A folder with a file's name, and names that differ in case only."""
    assert clashes(["a/b/c", "x", "A"]) == [("A", "a/b/c")]
    assert clashes(["a/b", "a/B", "a/c"]) == [("a/B", "a/b")]
    assert clashes(["a", "b/a", "b/c"]) == []
    assert clashes(["\u00e9", "e\u0301"]) == [("e\u0301", "\u00e9")]
