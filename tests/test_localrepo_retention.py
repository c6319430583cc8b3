"""An embedded repository is kept for long: damage is named, a backup of one in use is whole, and bags outlive the software."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import bagit
import pytest
from holdings import API, answered, door, draft, next_version, publish, send

from zenodo_jupyter import cli
from zenodo_jupyter.errors import BadInput, Mismatch
from zenodo_jupyter.localrepo.bags import fit_name
from zenodo_jupyter.localrepo.holdings import Holdings
from zenodo_jupyter.localrepo.store import Store


def quiet(done: int, total: int) -> None:
    """Report to nobody."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a record in two versions, and a draft."""
    folder = tmp_path / "data" / "repository"
    with door(folder) as session:
        first = publish(session, {"a.txt": b"first", "data/b.csv": b"1,2"})
        next_version(session, first["id"], {"a.txt": b"second"})
        draft(session, {"c.txt": b"unpublished"}, title="A draft")
    return folder


def blob(folder: Path, data: bytes) -> Path:
    """Return where bytes are."""
    (found,) = [p for p in (folder / "blobs").rglob("*") if p.is_file() and p.read_bytes() == data]
    return found


def titles(folder: Path) -> list[str]:
    """Return the titles of one's own records and drafts, and read all their files."""
    with door(folder) as session:
        hits = session.get(f"{API}/user/records", params={"size": 100, "allversions": "true"}).json()["hits"]["hits"]
        for hit in hits:
            for file in answered(session.get(f"{hit['links']['self']}/files"))["entries"]:
                if file["status"] == "completed":
                    got = session.get(f"{hit['links']['self']}/files/{file['key']}/content")
                    assert got.status_code == 200 and len(got.content) == file["size"]
    return sorted(hit["metadata"]["title"] for hit in hits)


@pytest.mark.parametrize(
    ("damage", "what"),
    [(b"firsT", "changed"), (b"fir", "shorter"), (b"first!", "longer"), (None, "missing")],
)
def test_fixity_names_what_is_damaged(folder: Path, damage: bytes | None, what: str) -> None:
    """Should find one wrong byte among all, and say which record's file it is."""
    assert Holdings(folder).fixity(quiet) == (4, [])
    assert Store(folder).db.one("SELECT COUNT(*) AS n FROM blobs WHERE checked IS NULL")["n"] == 0
    path = blob(folder, b"first")
    path.unlink() if damage is None else path.write_bytes(damage)
    checked, (found,) = Holdings(folder).fixity(quiet)
    assert checked == 4 and found.what == what
    row = Store(folder).db.one("SELECT MIN(id) AS id FROM records")
    assert found.files == (f"{row['id']}/a.txt",)


def test_a_backup_in_the_middle_of_an_upload_is_whole(folder: Path, tmp_path: Path) -> None:
    """Should have everything that was acknowledged when it was made, while a file is coming, and be restored from."""
    half, go_on = threading.Event(), threading.Event()

    class Slow(io.RawIOBase):
        """A body that waits in its middle."""

        sent = 0

        def read(self, size: int = -1) -> bytes:
            if self.sent == 1:
                half.set()
                assert go_on.wait(60)
            self.sent += 1
            return b"x" * 1000 if self.sent <= 2 else b""

    def upload() -> None:
        with door(folder) as session:
            made = draft(session, {"d.txt": b"there already"}, title="On its way")
            address = f"{API}/records/{made['id']}/draft/files"
            answered(session.post(address, json=[{"key": "slow.bin"}]))
            kind = {"Content-Type": "application/octet-stream"}
            answered(session.put(f"{address}/slow.bin/content", data=iter(Slow().read, b""), headers=kind))
            answered(session.post(f"{address}/slow.bin/commit"))

    thread = threading.Thread(target=upload)
    thread.start()
    assert half.wait(60)
    copied, _ = Holdings(folder).backup(tmp_path / "backup", quiet)
    go_on.set()
    thread.join()
    assert copied == 5
    Holdings(tmp_path / "new").restore(tmp_path / "backup", quiet)
    assert titles(tmp_path / "new") == titles(folder) and "On its way" in titles(folder)
    assert Holdings(tmp_path / "new").fixity(quiet)[1] == []
    # The draft goes on where the backup has it, with the file that was on its way sent again.
    with door(tmp_path / "new") as session:
        (hit,) = session.get(f"{API}/user/records", params={"q": '"On its way"'}).json()["hits"]["hits"]
        address = f"{API}/records/{hit['id']}/draft"
        answered(session.delete(f"{address}/files/slow.bin"))
        send(session, address, {"slow.bin": b"again"})
        answered(session.post(f"{address}/actions/publish"))


def test_a_second_backup_brings_what_is_new(folder: Path, tmp_path: Path) -> None:
    """Should copy only new bytes, and belong to one repository."""
    assert Holdings(folder).backup(tmp_path / "backup", quiet) == (4, 0)
    with door(folder) as session:
        publish(session, {"new.txt": b"new"}, title="Newer")
    assert Holdings(folder).backup(tmp_path / "backup", quiet) == (1, 4)
    Holdings(tmp_path / "new").restore(tmp_path / "backup", quiet)
    assert "Newer" in titles(tmp_path / "new")
    with door(tmp_path / "other") as session:
        publish(session)
    with pytest.raises(BadInput, match="another repository"):
        Holdings(tmp_path / "other").backup(tmp_path / "backup", quiet)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="something else"):
        Holdings(folder).backup(tmp_path / "full", quiet)


def test_records_made_since_the_backup_lose_their_ids_for_good(folder: Path, tmp_path: Path) -> None:
    """Should never give an id again that a lost record had: its DOI may be printed somewhere."""
    Holdings(folder).backup(tmp_path / "backup", quiet)
    with door(folder) as session:
        lost = publish(session)["id"]
    Holdings(tmp_path / "new").restore(tmp_path / "backup", quiet)
    with door(tmp_path / "new") as session:
        assert int(publish(session)["id"]) > int(lost) + 1000


def test_nothing_damaged_is_backed_up_or_restored(folder: Path, tmp_path: Path) -> None:
    """Should stop, leave the earlier backup as it was, and leave nothing where a damaged backup was to go."""
    Holdings(folder).backup(tmp_path / "backup", quiet)
    blob(tmp_path / "backup", b"first").write_bytes(b"wrong")
    with pytest.raises(Mismatch):
        Holdings(tmp_path / "new").restore(tmp_path / "backup", quiet)
    assert not list(tmp_path.glob("*new*"))
    blob(folder, b"second").write_bytes(b"SECOND")
    with pytest.raises(Mismatch):
        Holdings(folder).backup(tmp_path / "fresh", quiet)
    assert not (tmp_path / "fresh" / "repository.sqlite").exists()


def test_a_repository_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    """Should refuse to restore where there is one, and from what is no backup."""
    Holdings(folder).backup(tmp_path / "backup", quiet)
    before = titles(folder)
    with pytest.raises(BadInput, match="never written over"):
        Holdings(folder).restore(tmp_path / "backup", quiet)
    with pytest.raises(BadInput, match="no backup"):
        Holdings(tmp_path / "new").restore(tmp_path, quiet)
    assert titles(folder) == before


def test_bags_hold_files_and_metadata(folder: Path, tmp_path: Path) -> None:
    """Should make a valid bag of each version, which says who, what and the DOI, and only of what is new the next time."""
    made = list(Holdings(folder).export(tmp_path / "bags"))
    assert [new for _, new in made] == [True, True]
    path = made[0][0]
    bag = bagit.Bag(str(path))
    assert bag.validate() and "10.5072" in bag.info["External-Identifier"]
    native = json.loads((path / "data/metadata/record.json").read_text(encoding="utf-8"))
    assert (path / "data/files/data/b.csv").read_bytes() == b"1,2" and native["id"] == path.name
    cited = json.loads((path / "data/metadata/datacite.json").read_text(encoding="utf-8"))
    assert cited["doi"] == native["pids"]["doi"]["identifier"]
    assert [new for _, new in Holdings(folder).export(tmp_path / "bags")] == [False, False]
    (path / "data/files/a.txt").write_bytes(b"spoilt")
    assert [new for _, new in Holdings(folder).export(tmp_path / "bags")] == [True, False]
    ((newest, _),) = Holdings(folder).export(tmp_path / "one", native["parent"]["pids"]["doi"]["identifier"])
    assert (newest / "data/files/a.txt").read_bytes() == b"second"


def test_names_of_files_stay_inside(tmp_path: Path) -> None:
    """Should write files whose names would lead elsewhere, or be no names elsewhere, under names that are fit."""
    assert fit_name("../../x") == "%2E%2E/%2E%2E/x" and fit_name("/a") == "%/a"
    with door(tmp_path / "data", "rdm") as session:
        publish(session, {"..\\..\\out.txt": b"x", "a:b?.txt": b"y"})
    ((bag, _),) = Holdings(tmp_path / "data", "rdm").export(tmp_path / "bags")
    assert bagit.Bag(str(bag)).is_valid()
    names = json.loads((bag / "data/metadata/files.json").read_text(encoding="utf-8"))
    for said in names.values():
        path = (bag / said["path"]).resolve()
        assert path.is_file() and (bag / "data/files").resolve() in path.parents
    assert not list(tmp_path.rglob("out.txt"))


def test_the_verbs_keep_a_repository(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should do all of it from the command line, with an exit code of its own for damage."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(folder.parent))

    def said(*argv: str) -> tuple[int, dict]:
        code = cli.main([*argv, "--json"])
        return code, json.loads(capsys.readouterr().out)

    assert said("fixity") == (0, {**said("fixity")[1], "damaged": [], "checked": 4})
    assert said("backup", str(tmp_path / "backup"))[1]["copied"] == 4
    assert len(said("export", str(tmp_path / "bags"))[1]["bags"]) == 2
    blob(folder, b"first").write_bytes(b"firsT")
    code, told = said("fixity")
    assert code == Mismatch.exit_code and told["damaged"][0]["files"][0].endswith("/a.txt")
    assert said("restore", str(tmp_path / "backup"))[0] == BadInput.exit_code
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "elsewhere"))
    assert said("restore", str(tmp_path / "backup"))[1]["records"] == 2
