"""Files: announced, sent, committed, read."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from .conftest import BYTES, Door


@pytest.mark.parametrize("key", ["decay.ipynb", "data/deep/a b.csv", "Mein Bericht é 1.txt", "100%25%23%3F.txt"])
def test_a_file_comes_back_as_it_was(door: Door, key: str) -> None:
    """Should keep names with folders, blanks and signs, and say the md5 that the sender computed."""
    id, data = door.draft(), b"t,y\n0,1\n" * 1000
    entry = door.upload(id, key, data) if "%" not in key else _upload_quoted(door, id, key, data)
    assert entry["status"] == "completed" and entry["size"] == len(data)
    assert entry["checksum"] == f"md5:{hashlib.md5(data).hexdigest()}"
    got = door.ask("GET", entry["links"]["content"], headers={"Accept": "*/*"})
    assert got.content == data and got.headers["Content-MD5"] == hashlib.md5(data).hexdigest()


def _upload_quoted(door: Door, id: str, quoted: str, data: bytes) -> dict:  # type: ignore[type-arg]
    from urllib.parse import unquote

    made = door.ask("POST", f"/records/{id}/draft/files", json=[{"key": unquote(quoted)}])
    links = made.json()["entries"][0]["links"]
    assert door.ask("PUT", links["content"], data=data, headers=BYTES).status_code == 200
    return door.ask("POST", links["commit"]).json()


def test_announcing_is_all_or_nothing(door: Door) -> None:
    """Should refuse a name that is taken, and then make none of the others."""
    id = door.draft()
    door.upload(id, "a.txt", b"x")
    taken = door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "b.txt"}, {"key": "a.txt"}])
    assert taken.status_code == 400 and taken.json()["message"] == "File with key a.txt already exists."
    many = door.ask("POST", f"/records/{id}/draft/files", json=[{"key": f"{n}.txt"} for n in range(100)])
    assert many.status_code == 400
    assert many.json()["message"] == "Uploading selected files will result in exceeding the max amount per record."
    wrong = door.ask("POST", f"/records/{id}/draft/files", json=[{"nokey": 1}])
    assert [e["field"] for e in wrong.json()["errors"]] == ["0.key", "0.nokey"]
    assert [e["key"] for e in door.ask("GET", f"/records/{id}/draft/files").json()["entries"]] == ["a.txt"]


def test_content_has_one_type_and_needs_a_file(door: Door) -> None:
    """Should refuse any content type but bytes, and content of a file that was not announced."""
    id = door.draft()
    door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "a.csv"}])
    typed = door.ask("PUT", f"/records/{id}/draft/files/a.csv/content", data=b"x", headers={"Content-Type": "text/csv"})
    assert typed.status_code == 415
    assert typed.json()["message"] == "Invalid 'Content-Type' header. Expected one of: application/octet-stream"
    unknown = door.ask("PUT", f"/records/{id}/draft/files/nope/content", data=b"x", headers=BYTES)
    assert unknown.status_code == 404 and unknown.json()["message"] == f"Record '{id}' has no file 'nope'."


def test_content_may_come_again_before_it_is_committed(door: Door) -> None:
    """Should keep what came last, also without a length known beforehand."""
    id = door.draft()
    door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "b.txt"}])
    address = f"/records/{id}/draft/files/b.txt"
    assert door.ask("PUT", f"{address}/content", data=b"one", headers=BYTES).status_code == 200
    chunks = (chunk for chunk in (b"tw", b"o!"))
    assert door.ask("PUT", f"{address}/content", data=chunks, headers=BYTES).json()["status"] == "pending"
    assert door.ask("POST", f"{address}/commit").json()["size"] == 4
    assert door.ask("GET", f"{address}/content").content == b"two!"


def test_what_is_announced_is_not_believed(door: Door) -> None:
    """Should measure size and checksum itself."""
    id = door.draft()
    wrong = {"key": "lie.bin", "size": 3, "checksum": "md5:00000000000000000000000000000000"}
    door.ask("POST", f"/records/{id}/draft/files", json=[wrong])
    door.ask("PUT", f"/records/{id}/draft/files/lie.bin/content", data=b"123456", headers=BYTES)
    entry = door.ask("POST", f"/records/{id}/draft/files/lie.bin/commit").json()
    assert entry["size"] == 6 and entry["checksum"] == f"md5:{hashlib.md5(b'123456').hexdigest()}"


def test_a_file_in_parts(door: Door) -> None:
    """Should join parts in their order, whatever the order in which they came."""
    id = door.draft()
    transfer = {"type": "M", "parts": 2, "part_size": 5}
    made = door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "m.bin", "size": 8, "transfer": transfer}])
    parts = made.json()["entries"][0]["links"]["parts"]
    for number, data in ((2, b"678"), (1, b"xxxxx"), (1, b"12345")):
        assert door.ask("PUT", parts[number - 1]["url"], data=data, headers=BYTES).status_code == 200
    entry = door.ask("POST", f"/records/{id}/draft/files/m.bin/commit").json()
    assert entry["transfer"] == {"type": "L"} and entry["size"] == 8
    assert door.ask("GET", f"/records/{id}/draft/files/m.bin/content").content == b"12345678"


def test_delete_describe_and_archive(door: Door) -> None:
    """Should forget a file, keep what is said of another, and give all of them in one zip."""
    id = door.draft()
    door.upload(id, "a.txt", b"a")
    door.upload(id, "dir/b.txt", b"b" * 2000)
    door.upload(id, "c.txt", b"c")
    assert door.ask("DELETE", f"/records/{id}/draft/files/c.txt").status_code == 204
    assert door.ask("DELETE", f"/records/{id}/draft/files/c.txt").status_code == 404
    said = door.ask("PUT", f"/records/{id}/draft/files/a.txt", json={"metadata": {"description": "first"}})
    assert said.json()["metadata"] == {"description": "first"}
    archive = door.ask("GET", f"/records/{id}/draft/files-archive", headers={"Accept": "*/*"})
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert sorted(files.namelist()) == ["a.txt", "dir/b.txt"] and files.read("dir/b.txt") == b"b" * 2000
    assert door.ask("DELETE", f"/records/{id}/draft/files").status_code == 204
    assert door.ask("GET", f"/records/{id}/draft/files").json()["entries"] == []


def test_downloads_cannot_be_run_by_a_browser(door: Door) -> None:
    """Should show text as text and hand out everything else, whatever it is called."""
    id = door.draft()
    for key, kind, disposition in (
        ("page.html", "text/plain; charset=utf-8", "inline"),
        ("run.svg", "text/plain; charset=utf-8", "inline"),
        ("paper.pdf", "application/octet-stream", "attachment; filename=paper.pdf"),
        ("nb.ipynb", "application/octet-stream", "attachment; filename=nb.ipynb"),
    ):
        door.upload(id, key, b"x")
        got = door.ask("GET", f"/records/{id}/draft/files/{key}/content")
        assert (got.headers["Content-Type"], got.headers["Content-Disposition"]) == (kind, disposition)
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src" in got.headers["Content-Security-Policy"]


def test_conditions_and_ranges_on_the_api(door: Door) -> None:
    """Should answer 304 to an ETag that is known, HEAD without bytes, and all bytes to a range."""
    id = door.draft()
    door.upload(id, "a.csv", b"0123456789")
    address = f"/records/{id}/draft/files/a.csv/content"
    first = door.ask("GET", address)
    assert door.ask("GET", address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    head = door.ask("HEAD", address)
    assert (head.content, head.headers["Content-Length"]) == (b"", "10")
    ranged = door.ask("GET", address, headers={"Range": "bytes=0-2"})
    assert (ranged.status_code, ranged.content) == (200, b"0123456789")


def test_a_slash_may_be_encoded(door: Door) -> None:
    """Should find a file in a folder whether the slash of its name is encoded or not."""
    id = door.draft()
    assert door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "a/b%2F.txt"}]).status_code == 201
    for name in ("a%2Fb%252F.txt", "a/b%252F.txt"):
        sent = door.ask("PUT", f"/records/{id}/draft/files/{name}/content", data=b"x", headers=BYTES)
        assert (sent.status_code, sent.json()["key"]) == (200, "a/b%2F.txt")
