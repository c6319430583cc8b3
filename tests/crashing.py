"""Kill a served repository at random moments while people work on it, and look whether what it acknowledged is there."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.store import Store

BYTES = {"Content-Type": "application/octet-stream"}
META = {
    "title": "Survivor",
    "publication_date": "2024",
    "publisher": "P",
    "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "Org"}}],
}
_SERVE = "import sys; from zenodo_jupyter.localrepo.server import serve; serve(sys.argv[1], port=0, as_json_line=True)"


@dataclass
class Said:
    """What the server acknowledged: it must be there for ever.

    Attributes
    ----------
    dois : dict
        The DOI of each published record.
    files : dict
        The MD5 of each file of a record or a draft, by id and name.
    drafts : set of str
        Drafts that nobody began to publish or discard.
    answers : int
        How many requests were answered.
    """

    dois: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=set)
    answers: int = 0


class Gone(Exception):
    """The server is dead."""


class Worker(threading.Thread):
    """Somebody who makes drafts, sends files, publishes, makes new versions and discards, until the server is dead."""

    def __init__(self, url: str, token: str, seed: int, said: Said) -> None:
        super().__init__(daemon=True)
        self.api, self.said, self.random = f"{url}/api", said, random.Random(seed)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.surprises: list[str] = []

    def run(self) -> None:
        """Work until the connection breaks."""
        try:
            while True:
                id = self.ask("POST", "/records", json={"metadata": META})["id"]
                self.said.drafts.add(id)
                id = self.fill(id)
                for _ in range(self.random.randrange(3)):
                    id = self.ask("POST", f"/records/{id}/versions")["id"]
                    self.ask("POST", f"/records/{id}/draft/actions/files-import")
                    body = {"metadata": META, "files": {"enabled": True}}
                    self.ask("PUT", f"/records/{id}/draft", json=body)
                    self.publish(id)
        except Gone:
            pass

    def fill(self, id: str) -> str:
        """Send files, and then publish the draft, or discard it for another one; return the id of what was published."""
        if self.random.random() < 0.5:
            self.ask("POST", f"/records/{id}/draft/pids/doi")
        keys = [f"{n}.bin" for n in range(self.random.randrange(1, 4))]
        self.ask("POST", f"/records/{id}/draft/files", json=[{"key": key} for key in keys])
        for key in keys:
            data = self.random.randbytes(self.random.choice([10, 5_000, 300_000, 3_000_000]))
            self.ask("PUT", f"/records/{id}/draft/files/{key}/content", data=data, headers=BYTES)
            self.ask("POST", f"/records/{id}/draft/files/{key}/commit")
            self.said.files[id, key] = hashlib.md5(data, usedforsecurity=False).hexdigest()
        self.said.drafts.discard(id)
        if self.random.random() < 0.1:
            for key in keys:
                self.said.files.pop((id, key))
            self.ask("DELETE", f"/records/{id}/draft")
            return self.fill(self.ask("POST", "/records", json={"metadata": META})["id"])
        self.publish(id)
        return id

    def publish(self, id: str) -> None:
        """Publish a draft and note its DOI."""
        self.said.dois[id] = self.ask("POST", f"/records/{id}/draft/actions/publish")["pids"]["doi"]["identifier"]

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; what is no answer means that the server is dead."""
        headers = {"Accept": "application/vnd.inveniordm.v1+json, application/json;q=0.9", **options.pop("headers", {})}
        try:
            answer = self.session.request(method, self.api + path, headers=headers, timeout=60, **options)
        except requests.RequestException as error:
            raise Gone from error
        if not answer.ok:
            self.surprises.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            raise Gone
        self.said.answers += 1
        return answer.json() if answer.content else None


def kill_once(folder: Path, seed: int, said: Said, workers: int = 3) -> list[str]:
    """Serve a folder, let people work on it, kill the server at a random moment, and return what is wrong afterwards."""
    dice = random.Random(seed)
    command = [sys.executable, "-c", _SERVE, str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    hello = json.loads(server.stdout.readline())
    people = [Worker(hello["url"], hello["token"], dice.randrange(1 << 30), said) for _ in range(workers)]
    for worker in people:
        worker.start()
    # Counted in answers, and a bit of time: then a busy machine does not kill before anything is done.
    enough = said.answers + dice.randrange(1, 60)
    while said.answers < enough and any(worker.is_alive() for worker in people):
        time.sleep(0.001)
    time.sleep(dice.uniform(0, 0.03))
    server.kill()
    server.wait()
    server.stdout.close()
    for worker in people:
        worker.join()
        worker.session.close()
    return [surprise for worker in people for surprise in worker.surprises] + wrong_with(folder, hello["token"])


def wrong_with(folder: Path, dead_token: str = "") -> list[str]:
    """Open a store after a crash, and return what is inconsistent in it."""
    store = Store(folder)
    db, wrong = store.db, []
    wrong += [row[0] for row in db.all("PRAGMA integrity_check") if row[0] != "ok"]
    wrong += [f"foreign key: {tuple(row)}" for row in db.all("PRAGMA foreign_key_check")]
    for row in db.all("SELECT * FROM blobs"):
        path = store.blobs.path(row["sha256"])
        if not path.exists() or path.stat().st_size != row["size"]:
            wrong.append(f"blob {row['sha256']} is not {row['size']} bytes long")
    claims = {
        "a complete file without bytes": "SELECT key FROM files WHERE status = 'completed' AND blob IS NULL",
        "a DOI that points at nothing": (
            "SELECT value FROM pids WHERE status = 'R' AND record_id NOT IN (SELECT id FROM records) "
            "OR status = 'R' AND record_id IS NULL AND parent_id NOT IN "
            "(SELECT id FROM parents WHERE latest_id IN (SELECT id FROM records))"
        ),
        "a DOI of a draft that is not there": (
            "SELECT value FROM pids WHERE status IN ('N', 'K') AND record_id NOT IN (SELECT id FROM drafts)"
        ),
        "a record without its DOI": "SELECT id FROM records WHERE id NOT IN (SELECT record_id FROM pids WHERE status = 'R')",
        "a newest version that is not there": (
            "SELECT id FROM parents WHERE latest_id IS NOT NULL AND latest_id NOT IN (SELECT id FROM records)"
        ),
        "a next version that is not there": (
            "SELECT id FROM parents WHERE next_draft_id IS NOT NULL AND next_draft_id NOT IN (SELECT id FROM drafts)"
        ),
        "a record or draft that is not found": (
            "SELECT id FROM records WHERE 2 * id NOT IN (SELECT doc FROM documents) "
            "UNION ALL SELECT id FROM drafts WHERE 2 * id + 1 NOT IN (SELECT doc FROM documents)"
        ),
        "a hit that is not there": (
            "SELECT doc FROM documents WHERE record_id NOT IN (SELECT id FROM records UNION SELECT id FROM drafts) "
            "OR doc NOT IN (SELECT rowid FROM texts)"
        ),
        "a list of files of nobody": (
            "SELECT id FROM buckets WHERE id NOT IN (SELECT bucket_id FROM records UNION SELECT bucket_id FROM drafts)"
        ),
    }
    for claim, sql in claims.items():
        wrong += [f"{claim}: {row[0]}" for row in db.all(sql)]
    with db.writing() as connection:  # no lock is left behind
        connection.execute("INSERT INTO texts (texts) VALUES ('integrity-check')")
    db.close()
    return wrong


def missing(folder: Path, said: Said) -> list[str]:
    """Return what was acknowledged and is not there."""
    wrong = []
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(folder)))
        for id, doi in said.dois.items():
            record = session.get(
                f"{BASE_URL}/api/records/{id}", headers={"Accept": "application/vnd.inveniordm.v1+json"}
            )
            if record.status_code != 200 or record.json()["pids"]["doi"]["identifier"] != doi:
                wrong.append(f"record {id}: {record.status_code} {record.text[:200]}")
            if session.get(f"{BASE_URL}/doi/{doi}", allow_redirects=False).status_code not in (301, 302, 303, 307, 308):
                wrong.append(f"{doi} leads nowhere")
        for id in said.drafts:
            if session.get(f"{BASE_URL}/api/records/{id}/draft").status_code != 200:
                wrong.append(f"draft {id} is gone")
        for (id, key), md5 in said.files.items():
            found = _content(session, f"{BASE_URL}/api/records/{id}", key)
            if found is None or hashlib.md5(found, usedforsecurity=False).hexdigest() != md5:
                wrong.append(f"{id}/{key} is not what was sent")
    return wrong


def _content(session: requests.Session, url: str, key: str) -> bytes | None:
    """Return the bytes of a file of a record or else of its draft, None if they cannot be had."""
    for part in ("", "/draft"):
        try:
            found = session.get(f"{url}{part}/files/{key}/content")
        except requests.RequestException:  # fewer bytes than announced
            return None
        if found.status_code == 200:
            return found.content
    return None
