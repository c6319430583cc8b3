"""A package index of a few tiny wheels on this machine, which says when each of them came (PEP 503, 691 and 700)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json
import sysconfig
import tarfile
import threading
import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, version: str, files: dict[str, str], requires: tuple[str, ...] = ()) -> Path:
    """Make a wheel of pure Python."""
    info = f"{name}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    contents = {
        **files,
        f"{info}/METADATA": "\n".join(lines) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={_digest(text.encode())},{len(text.encode())}" for path, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for at, text in contents.items():
            archive.writestr(at, text)
    return path


def source(folder: Path, name: str, version: str, files: dict[str, str], building: str = "") -> Path:
    """Make a source distribution of pure Python, which runs code of its own while it is built."""
    built = wheel(folder, name, version, files)
    backend = (
        "import shutil\ndef build_wheel(folder, *more):\n"
        f"    shutil.copy({built.name!r}, folder)\n{building}    return {built.name!r}\n"
    )
    contents = {
        "PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n".encode(),
        "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": backend.encode(),
        built.name: built.read_bytes(),
    }
    built.unlink()
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for at, data in contents.items():
            member = tarfile.TarInfo(f"{name}-{version}/{at}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


class Index:
    """The index, with what it holds.

    Parameters
    ----------
    folder : Path
        Where its wheels are made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.came: dict[str, str] = {}
        self.asked: list[str] = []
        # The kernel that runs the tests starts in the new environments too.
        here = sysconfig.get_path("purelib")
        self.add("ipykernel", "7.0", "2019-01-01", {"kernel_of_the_tests.pth": f"{here}\n"})
        handler = type("Handler", (_Handler,), {"index": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/simple/"

    def add(self, name: str, version: str, came: str, files: dict[str, str] | None = None, requires=()) -> str:
        """Add a package that knows its version, and return the SHA-256 of its wheel."""
        files = files or {f"{name}.py": f"__version__ = {version!r}\n"}
        path = wheel(self.folder, name, version, files, requires)
        self.came[path.name] = came
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def add_source(self, name: str, version: str, came: str, building: str = "") -> None:
        """Add a package that there is as sources alone; ``building``: indented lines that are run while it is built."""
        path = source(self.folder, name, version, {f"{name}.py": f"__version__ = {version!r}\n"}, building)
        self.came[path.name] = came

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    index: Index

    def do_GET(self) -> None:
        self.index.asked.append(self.path)
        parts = self.path.strip("/").split("/")
        if parts[0] == "files":
            return self._answer((self.index.folder / parts[1]).read_bytes(), "application/octet-stream")
        named = sorted(n for n in self.index.came if len(parts) > 1 and n.startswith(f"{parts[1].replace('-', '_')}-"))
        if not named:
            return self.send_error(404)
        files = [
            {
                "filename": name,
                "url": f"/files/{name}",
                "hashes": {"sha256": hashlib.sha256((self.index.folder / name).read_bytes()).hexdigest()},
                "upload-time": f"{self.index.came[name]}T12:00:00Z",
            }
            for name in named
        ]
        listed = {"meta": {"api-version": "1.1"}, "name": parts[1], "files": files, "versions": []}
        return self._answer(json.dumps(listed).encode(), "application/vnd.pypi.simple.v1+json")

    do_HEAD = do_GET

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
