"""A person who publishes, again and again until it is done, through a server that fails and with a process that dies.

For the tests, which do a few such stories, and for ``make survival``, which does a thousand.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import requests
from faults import Fault, FaultyServer, embedded, forward
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import environment, getting, http, keeping, publish, rendering, repositories, session, underway
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import Cancelled, ZenodoJupyterError
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.tokens import TokenStore

ABOUT = {
    "creators": [{"name": "Doe, Ada"}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
}
DRAFT = r"/records/[^/]+/draft$"
CONTENT, COMMIT, FILES = "/content$", "/commit$", "/draft/files$"
PUBLISH, VERSIONS = "/actions/publish$", "/versions$"
LOST = b'{"key": "rain.csv", "status": "pending", "errors": "File upload transfer failed."}'
JSON = {"Content-Type": "application/json"}
SOON = {"Retry-After": "1"}
AT_A_DATE = {"Retry-After": "Sun, 22 Nov 2026 12:00:30 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
#: What may go wrong with any request.
TROUBLES: tuple[Fault, ...] = (
    Fault("", "", status=429, headers=SOON),
    Fault("", "", status=429, headers=AT_A_DATE),
    Fault("", "", status=500),
    Fault("", "", status=502),
    Fault("", "", status=503, headers=AT_A_DATE),
    Fault("", "", status=504),
    Fault("", "", "after", status=502),
    Fault("", "", "after", status=504),
    Fault("", "", "hang up before"),
    Fault("", "", "hang up in request"),
    Fault("", "", "hang up after"),
    Fault("", "", "hang up in answer"),
    Fault("", "", "short answer"),
    Fault("", "", "twice"),
    Fault("", "", "stall before"),
    Fault("", "", "stall after"),
)
#: The requests of a publication.
REQUESTS = (
    ("POST", "/api/records$"), ("GET", DRAFT), ("PUT", DRAFT), ("POST", "/pids/doi$"), ("GET", FILES), ("POST", FILES),
    ("PUT", CONTENT), ("POST", COMMIT), ("POST", PUBLISH), ("GET", r"/api/records/[^/]+$"), ("GET", "/user/records"),
)  # fmt: skip
#: Those of the next version.
NEXT = (("POST", VERSIONS), ("POST", "/files-import$"), ("DELETE", "/draft/files/"), ("GET", "/versions/latest$"))
#: What goes wrong with one kind of request only.
SPECIAL = (
    Fault("PUT", CONTENT, "flip in request"),
    Fault("PUT", CONTENT, headers=JSON, body=LOST),  # taken in and lost
    Fault("POST", COMMIT, status=404, headers=JSON, body=b'{"message": "gone"}'),
)


def faults_of(requests_: Any = (*REQUESTS, *NEXT)) -> list[Fault]:
    """Return every fault with every request."""
    return [replace(f, method=m, path=p) for m, p in requests_ for f in TROUBLES] + [replace(f) for f in SPECIAL]


class Died(BaseException):
    """The process ends here, without a word."""


@dataclass
class Person:
    """Somebody with a notebook and data, and a repository that fails.

    Attributes
    ----------
    server : FaultyServer
        Between the person and the repository.
    token : str
        The person's.
    folder : Path
        Of the notebook, and of what is kept.
    troubles : list of str
        What was told to the person.
    """

    server: FaultyServer
    token: str
    folder: Path
    troubles: list[str] = field(default_factory=list)
    left: int | None = None

    def __post_init__(self) -> None:
        self.word = f"r{uuid.uuid4().hex[:12]}"  # finds all that was published of this story, and nothing else
        self.notebook = self.folder / "work" / "rain.ipynb"
        self.notebook.parent.mkdir(parents=True)
        self.config = Config(
            data_dir=self.folder / "user",
            repositories={"lab": {"url": self.server.url, "title": "Lab", "practice": True}},
            default_repository="lab",
        )
        TokenStore(self.config).set(repositories.repository(config=self.config).row, self.token)
        (self.notebook.parent / "rain.csv").write_text("rain\n" + "12\n" * 100_000)
        (self.notebook.parent / "snow.csv").write_text("snow\n1\n")
        cells = [new_markdown_cell("# Rain"), new_code_cell("open('rain.csv'), open('snow.csv')")]
        nbformat.write(new_notebook(cells=cells), self.notebook)

    def change(self) -> None:
        """Go on working."""
        nb = nbformat.read(self.notebook, 4)
        nb.cells.append(new_code_cell(f"{len(nb.cells)}"))
        nbformat.write(nb, self.notebook)
        (self.notebook.parent / "snow.csv").write_text("snow\n1\n" + "2\n" * len(nb.cells))

    def publish(self, dies_at: int | None = None) -> publish.Published | None:
        """Publish once; None when it did not come to its end."""
        self.left = dies_at
        with _quickly(self._step):
            try:
                return publish.publish(
                    self.notebook, config=self.config, today=date(2026, 3, 1),
                    metadata=Metadata.from_dict({**ABOUT, "title": f"Rain {self.word}"}),
                )  # fmt: skip
            except ZenodoJupyterError as e:
                self.troubles.append(f"{type(e).__name__}: {e}")
            except Died:
                self.troubles.append("died")
        return None

    def _step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Died

    def publish_until_done(self, rng: random.Random | None = None, tries: int = 6) -> publish.Published:
        """Publish again and again, dying at random where `rng` is given; the last call meets no trouble."""
        for _ in range(tries):
            done = self.publish(rng.randrange(60) if rng else None)
            if done is not None:
                return done
        self.server.faults.clear()
        done = self.publish()
        assert done is not None, self.troubles
        return done

    def check(self, done: publish.Published, versions: int) -> None:
        """Assert that there are so many records and DOIs, with the right bytes, and no draft that is not accounted for."""
        self.server.faults.clear()
        repository = repositories.repository(config=self.config)
        assert done.record.index == versions, (done.record.index, self.troubles)
        dois = [str(r.doi) for r in repository.search(self.word, all_versions=True, size=25).records]
        for _ in range(50):  # a real InvenioRDM's index lags behind
            if len(dois) >= versions:
                break
            time.sleep(0.1)
            dois = [str(r.doi) for r in repository.search(self.word, all_versions=True, size=25).records]
        assert len(set(dois)) == len(dois) == versions, (dois, self.troubles)
        assert str(done.record.doi) in dois
        there = {f.key: f.md5 for f in repository.get(done.record.id).files}
        for name in ("rain.csv", "snow.csv"):
            here = hashlib.md5((self.notebook.parent / name).read_bytes()).hexdigest()
            assert there[name] == here, (name, self.troubles)
        assert str(done.record.doi) in self.notebook.read_text("utf-8")
        for _ in range(20):
            known = {u.draft_id for u in underway.everything(config=self.config)}
            left = {d.id for d in repository.my_drafts() if self.word in d.title} - known
            if not left:
                break
            time.sleep(0.2)
        assert not left, (left, done.record.id, self.troubles)

    def get_until_done(self, doi: str, tries: int = 6) -> None:
        """Bring the record, again and again, and assert that every byte is right and nothing else is there."""
        target, self.left = self.folder / "got", None
        for attempt in range(tries + 1):
            if attempt == tries:
                self.server.faults.clear()
            with _quickly(self._step):
                try:
                    getting.get(doi, target, from_="lab", config=self.config)
                    break
                except ZenodoJupyterError as e:
                    self.troubles.append(f"{type(e).__name__}: {e}")
        for name in ("rain.csv", "snow.csv"):
            assert (target / name).read_bytes() == (self.notebook.parent / name).read_bytes(), self.troubles
        assert not [p for p in target.iterdir() if ".part-" in p.name]
        shutil.rmtree(target)


@contextmanager
def _quickly(step: Callable[[], None]) -> Iterator[None]:
    """Wait for nothing, work nothing out that is not looked at here, and die where `step` says."""

    def pause(self: Any, seconds: float, cancel: threading.Event | None = None) -> None:
        getattr(self._watches, "watch", lambda left: None)(seconds)
        if cancel is not None and cancel.is_set():
            raise Cancelled("stopped")
        time.sleep(0.001)

    send, keep = session.Session.request, keeping.keep

    def requested(self: Any, *args: Any, **kwargs: Any) -> requests.Response:
        step()
        response = send(self, *args, **kwargs)
        step()
        return response

    def kept(path: Path, text: str) -> None:
        step()
        keep(path, text)
        step()

    with ExitStack() as stack:
        patch: Callable[..., Any] = lambda *args: stack.enter_context(mock.patch.object(*args))  # noqa: E731
        patch(session.Session, "pause", pause)
        patch(session.Session, "request", requested)
        for module in ("journal",):
            stack.enter_context(mock.patch(f"zenodo_jupyter.{module}.keep", kept))
        patch(environment, "describe", lambda *args, **kwargs: None)
        patch(rendering, "render_html", lambda *args, **kwargs: "<html></html>")
        for module in ("files", "drafts"):
            stack.enter_context(mock.patch(f"zenodo_jupyter.{module}.SLOW", (2.0, 1.0)))
        stack.enter_context(mock.patch.dict(http.request.__kwdefaults__, timeout=(2.0, 1.0)))
        yield


@contextmanager
def person(folder: Path, flavour: str = "zenodo", real: tuple[str, str] | None = None) -> Iterator[Person]:
    """Yield a person with an embedded repository of their own, or with the address and token of a real one."""
    if real is None:
        server, token = embedded(folder / "repository", flavour=flavour)
    else:
        server, token = FaultyServer(forward(real[0])), real[1]
    try:
        yield Person(server, token, folder)
    finally:
        server.close()


def story(one: Person, rng: random.Random) -> None:
    """Let a person publish two versions and bring the second, while faults and deaths happen at random."""
    for version in (1, 2):
        one.server.faults[:] = [replace(f) for f in rng.sample(faults_of(), rng.randrange(4))]
        done = one.publish_until_done(rng)
        one.check(done, version)
        if version == 1:
            one.change()
    one.server.faults[:] = [replace(f, method="GET", path=CONTENT) for f in rng.sample(TROUBLES, 2)]
    one.get_until_done(str(done.record.doi))
