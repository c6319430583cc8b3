"""What is taken out of a zip, and what is not."""

from __future__ import annotations

import zipfile
from types import SimpleNamespace

import pytest
from recorded import zipped

from zenodo_jupyter.errors import BadInput, DiskFull, Mismatch, NeedsConsent, UnsafeName
from zenodo_jupyter.unpacking import unpack


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "C:/out.txt", "a/../../out.txt", "aux.txt"])
def test_nothing_leaves_the_folder(tmp_path, name):
    """Should fail if a name in a zip writes outside, or if half of such a zip is written."""
    (tmp_path / "in").mkdir()
    (tmp_path / "a.zip").write_bytes(zipped({"good.txt": "x", name: "x"}))
    with pytest.raises(UnsafeName):
        unpack(tmp_path / "a.zip", tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())
    assert not (tmp_path / "out.txt").exists()


def test_devices_clashes_and_bombs_in_zips_are_refused(tmp_path, monkeypatch):
    """Should fail if a zip makes a device, overwrites a file, or fills the disk."""
    folder, archive = tmp_path / "in", tmp_path / "a.zip"
    folder.mkdir()
    device = zipfile.ZipInfo("device")
    device.external_attr = 0o020666 << 16
    with zipfile.ZipFile(archive, "w") as zipped_device:
        zipped_device.writestr(device, "")
    with pytest.raises(BadInput, match="device"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"a.txt": "1", "A.txt": "2"}))
    with pytest.raises(BadInput, match="side by side"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"a.txt": "1"}))
    (folder / "a.txt").write_text("mine")
    with pytest.raises(NeedsConsent):
        unpack(archive, folder)
    assert (folder / "a.txt").read_text() == "mine"
    for size in (10, 5000):
        archive.write_bytes(_declaring(zipped({"big.txt": b"0" * 1000}), size))
        with pytest.raises(Mismatch):
            unpack(archive, folder)
    archive.write_bytes(zipped({"big.txt": b"0" * 1000}))
    with monkeypatch.context() as patch, pytest.raises(DiskFull):
        patch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=999))
        unpack(archive, folder)
    with monkeypatch.context() as patch, pytest.raises(BadInput, match="not unpacked"):
        patch.setattr("zenodo_jupyter.unpacking.ALWAYS_FINE", 1 << 20)
        archive.write_bytes(zipped({"zeros.txt": b"0" * (1 << 22)}))
        unpack(archive, folder)
    monkeypatch.setattr("zenodo_jupyter.unpacking.MAX_FILES", 3)
    archive.write_bytes(zipped({f"{i}.txt": "" for i in range(4)}))
    with pytest.raises(BadInput, match="4 files"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"c.txt": "0" * 5000})[:-100])
    with pytest.raises(Mismatch):
        unpack(archive, folder)
    assert [p.name for p in folder.iterdir()] == ["a.txt"]


def _declaring(data, size):
    """Return a zip whose directory declares another size for its only file."""
    at = data.rindex(b"PK\x01\x02") + 24
    return data[:at] + size.to_bytes(4, "little") + data[at + 4 :]
