"""Bytes up and down through the embedded repository's server and through nginx, on the same disk in the same run.

nginx takes a file by WebDAV PUT, and ``md5sum`` reads it afterwards, since a repository has to know the checksum; it gives it
as a static file. Both sides are asked by the same curl, four files at a time. Ours flushes every file to the disk (fsync)
before it answers and nginx does not, so that is measured, too: with ``sync`` after nginx's upload it promises the same. Run
``python -m benchmarks.nginx``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from .transfer import MIB, Place, curl, draft, publish_with_curl, served, timed

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
_CONFIG = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; user {user};
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; client_max_body_size 0; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/root; {locations} }}
}}
"""
_TAKES = "location / { dav_methods PUT DELETE; }"
#: The content of files by any of a repository's addresses comes from the folder, everything else from the repository.
_IN_FRONT = """
  location / {{ proxy_pass {behind}; proxy_set_header Host $http_host; }}
  location ~ ^/api/records/[^/]+/files/([^/]+)/content$ {{ try_files /$1 =404; }}
  location ~ ^/records/[^/]+/files/([^/]+)$ {{ try_files /$1 =404; }}
  location ~ ^/api/files/[^/]+/([^/]+)$ {{ try_files /$1 =404; }}
"""


@contextmanager
def nginx(folder: Path, behind: str = "") -> Iterator[str]:
    """Run nginx on a free port, by itself or in front of a repository, and yield its address; its files are in ``root``."""
    import getpass
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "root").mkdir(parents=True)
    config = folder / "nginx.conf"
    locations = _IN_FRONT.format(behind=behind) if behind else _TAKES
    config.write_text(_CONFIG.format(folder=folder, port=port, user=getpass.getuser(), locations=locations), "utf-8")
    server = subprocess.Popen([PROGRAM, "-c", str(config), "-e", str(folder / "error.log")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def put_ours(place: Place, files: list[Path]) -> str:
    """Send files into a draft, and return its id."""
    id = draft(place)
    base = f"{place.repository.row.api}/records/{id}/draft/files"
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {place.token}"
        session.post(base, json=[{"key": f.name} for f in files], timeout=60).raise_for_status()
        kind = 'header = "Content-Type: application/octet-stream"\n'
        curl(
            place, [f'url = "{base}/{f.name}/content"\nupload-file = "{f}"\n{kind}output = /dev/null\n' for f in files]
        )
    return id


def put_nginx(place: Place, url: str, files: list[Path], root: Path, sync: bool) -> None:
    """Send files to nginx, and let md5sum read them where they are."""
    curl(place, [f'url = "{url}/{f.name}"\nupload-file = "{f}"\n' for f in files])
    names = [str(root / f.name) for f in files]
    if sync:
        subprocess.run(["sync", *names], check=True)
    subprocess.run(["md5sum", *names], check=True, stdout=subprocess.DEVNULL)


def get(place: Place, urls: list[str]) -> None:
    """Bring files and throw them away."""
    curl(place, [f'url = "{url}"\noutput = /dev/null\n' for url in urls])


def measure(place: Place, url: str, root: Path, files: list[Path], rounds: int) -> dict[str, float]:
    """Return the medians in seconds."""
    times: dict[str, list[float]] = {}

    def note(name: str, act: Callable[[], object]) -> None:
        os.sync()  # nobody's flush pays for what somebody else wrote before
        times.setdefault(name, []).append(timed(act))

    publish_with_curl(place, files)  # warms up
    put_nginx(place, url, files, root, False)
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {place.token}"
        for _ in range(rounds):
            id = ""
            for f in files:  # bytes that the repository has already would be thrown away
                with open(f, "r+b") as target:
                    target.write(os.urandom(64))

            def up() -> None:
                nonlocal id
                id = put_ours(place, files)

            note("up ours", up)
            base = f"{place.repository.row.api}/records/{id}/draft"
            for f in files:
                session.post(f"{base}/files/{f.name}/commit", timeout=60).raise_for_status()
            note("down ours", lambda base=base: get(place, [f"{base}/files/{f.name}/content" for f in files]))
            session.delete(base, timeout=60).raise_for_status()
            for sync in (False, True):
                for f in files:
                    (root / f.name).unlink()
                name = "up nginx, synced" if sync else "up nginx"
                note(name, lambda sync=sync: put_nginx(place, url, files, root, sync))
            note("down nginx", lambda: get(place, [f"{url}/{f.name}" for f in files]))
    return {name: statistics.median(values) for name, values in times.items()}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", type=int, default=256, metavar="MIB", help="size of the large file (default 256)")
    parser.add_argument("--small", type=int, default=100, metavar="N", help="how many files of 1 MiB (default 100)")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    if not shutil.which(PROGRAM):
        print("nginx is not installed (Debian: apt-get install nginx-light): the comparison with it is left out.")
        return
    print(
        "| what | ours, MB/s | nginx, MB/s | ours of nginx | nginx and sync, MB/s | ours of that |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-nginx-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        with served(folder) as place, nginx(folder / "nginx") as url:
            for count, mib in ((1, args.large), (args.small, 1)):
                source = folder / f"source-{count}"
                source.mkdir()
                files = [source / f"{n:04}.bin" for n in range(count)]
                for file in files:
                    file.write_bytes(b"")
                    with open(file, "wb") as target:
                        for _ in range(mib):
                            target.write(os.urandom(MIB))
                took = measure(place, url, folder / "nginx" / "root", files, args.rounds)
                size = count * mib * MIB / 1e6
                rates = {name: size / seconds for name, seconds in took.items()}
                for way in ("up", "down"):
                    ours, theirs = rates[f"{way} ours"], rates[f"{way} nginx"]
                    synced = rates.get(f"{way} nginx, synced")
                    last = f"{synced:.0f} | {ours / synced:.0%}" if synced else " | "
                    print(f"| {count} × {mib} MiB {way} | {ours:.0f} | {theirs:.0f} | {ours / theirs:.0%} | {last} |")
                shutil.rmtree(source)


if __name__ == "__main__":
    sys.exit(main())
