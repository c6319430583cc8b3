"""A repository that registers its DOIs, and a small server that answers as DataCite's REST API does to registrations.

Its rules are those of DataCite's own source (github.com/datacite/lupo, ``datacite_dois_controller.rb``): POST makes a DOI and
refuses one that is there, PUT changes one or makes it, an event moves it from state to state, only a draft can be deleted.
"""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from datacite import schema45
from holdings import API, answered

from zenodo_jupyter.localrepo import registrations
from zenodo_jupyter.localrepo.adapter import BASE_URL, LocalAdapter
from zenodo_jupyter.localrepo.adapter import PREFIX as SCHEME
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.registrar import Registrar
from zenodo_jupyter.localrepo.registry import Registry

ACCOUNT, PASSWORD, PREFIX, SITE = "TEST.LAB", "s3cret-of-datacite", "10.82433", "https://data.example.org"
#: Where an event leads, from which state.
_EVENTS = {"publish": "findable", "register": "registered", "hide": "registered"}


class DataCite:
    """The server.

    Attributes
    ----------
    dois : dict
        Attributes of each DOI, with ``state``.
    asked : list of tuple
        Method, DOI and event of each request.
    broken : int
        A status that it answers to everything, 0 when it is well.
    refuses : set of str
        Titles that it does not like.
    swallows : bool
        Whether it does what it is asked and then ends the connection instead of answering.
    """

    def __init__(self) -> None:
        self.dois: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.broken = 0
        self.refuses: set[str] = set()
        self.swallows = False
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def states(self) -> dict[str, str]:
        """Return the state of each DOI."""
        return {doi: held["state"] for doi, held in self.dois.items()}

    def start(self) -> DataCite:
        """Begin to answer, at the same address as before."""
        place = self

        class Handler(_Handler):
            datacite = place

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Be gone: connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, method: str, doi: str, said: dict[str, Any]) -> tuple[int, Any]:
        """Do what is asked and return status and JSON."""
        held, event = self.dois.get(doi), said.get("event", "")
        if self.broken:
            return self.broken, None
        if not doi.startswith(f"{PREFIX}/"):
            return 403, _error(status="403", title="You are not authorized to access this resource.")
        if method in ("GET", "DELETE") and held is None:
            return 404, _error(status="404", title="The resource you are looking for doesn't exist.")
        if method == "GET":
            return 200, {"data": {"id": doi, "attributes": held}}
        if method == "DELETE":
            if held and held["state"] != "draft":
                return 405, _error(status="405", title="Method not allowed")
            del self.dois[doi]
            return 204, None
        if method == "POST" and held is not None:
            return 422, _error(source="doi", uid=doi, title="This DOI has already been taken")
        known = {k: v for k, v in said.items() if k not in ("event", "prefix", "state")}
        now = {"state": "draft", **(held or {}), **known, "doi": doi}
        if _EVENTS.get(event) == "registered" and now["state"] == "draft" and event == "hide":
            event = ""
        now["state"] = _EVENTS.get(event, now["state"])
        wrong = self._wrong_with({k: v for k, v in now.items() if k != "state"}) if now["state"] != "draft" else ""
        if wrong:
            return 422, _error(source="metadata", uid=doi, title=wrong)
        self.dois[doi] = now
        return (200 if held else 201), {"data": {"id": doi, "attributes": now}}

    def _wrong_with(self, attributes: dict[str, Any]) -> str:
        titles = {t["title"] for t in attributes.get("titles", ())}
        if titles & self.refuses:
            return f"No title may be {(titles & self.refuses).pop()}"
        errors = [e.message for e in schema45.validator.iter_errors(attributes)]
        return "; ".join(errors) if errors else "" if attributes.get("url", "").startswith("http") else "Can't be blank"


class House:
    """A repository that registers its DOIs, asked in process; DataCite is told when `deliver` is called."""

    def __init__(self, folder: Path, datacite: DataCite, flavour: str = "zenodo", **changed: str) -> None:
        self.folder, self.registry = folder, registry_of(datacite, **changed)
        self.app = create_app(folder, flavour, registry=self.registry)
        self.registrar: Registrar = self.app.extensions["zenodo_jupyter.registrar"]
        self.registrar.nudge = lambda: None  # type: ignore[method-assign]
        self.db = self.app.extensions["zenodo_jupyter.localrepo"].store.db
        self.session = requests.Session()
        self.session.mount(SCHEME, LocalAdapter(self.app))
        self.session.headers["Accept"] = "application/vnd.inveniordm.v1+json, application/json;q=0.9"

    def deliver(self) -> int:
        """Tell DataCite at once what waits."""
        registrations.all_changed(self.db, self.registry.api, waiting_only=True)
        return self.registrar.deliver()

    def export(self, id: str, format: str) -> str:
        """Return a record in a format."""
        return self.session.get(f"{BASE_URL}/records/{id}/export/{format}").text


def registry_of(datacite: DataCite, **changed: str) -> Registry:
    """Return our account there."""
    settings = {"account": ACCOUNT, "prefix": PREFIX, "site": SITE, "api": datacite.url, **changed}
    return Registry.configured(settings, PASSWORD)


def edit(session: requests.Session, id: str, **metadata: Any) -> dict[str, Any]:
    """Change a published record and return its JSON."""
    made = answered(session.post(f"{API}/records/{id}/draft"))
    answered(session.put(f"{API}/records/{id}/draft", json={**made, "metadata": {**made["metadata"], **metadata}}))
    return answered(session.post(f"{API}/records/{id}/draft/actions/publish"))


def finish() -> None:
    """Wait for what is told in the background."""
    for thread in threading.enumerate():
        if thread.name == "DataCite":
            thread.join(20)


class _Handler(BaseHTTPRequestHandler):
    datacite: DataCite

    def _answer(self) -> None:
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        said = data.get("data", {}).get("attributes", {})
        doi = self.path.removeprefix("/dois").lstrip("/") or said.get("doi", "")
        self.datacite.asked.append((self.command, doi, said.get("event", "")))
        wanted = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            status, body = 401, _error(status="401", title="Bad credentials.")
        else:
            status, body = self.datacite.answer(self.command, doi, said)
        if self.datacite.swallows:
            self.close_connection = True
            return
        payload = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _error(**said: str) -> dict[str, Any]:
    return {"errors": [said]}
