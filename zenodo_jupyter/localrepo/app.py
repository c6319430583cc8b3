"""One WSGI application: the API, the pages, and the addresses of files and DOIs that people open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response

from . import api, downloads, flavours, indexing, oaipmh, pages, registrations
from .api import here
from .catalogue import Catalogue
from .flavours import Flavour, Switches
from .registry import Registry
from .store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """What one application serves, and how.

    Attributes
    ----------
    store : Store
        The data.
    flavour : Flavour
        Zenodo's rules or InvenioRDM's.
    switches : Switches
        Which traps are on.
    rate_limits : bool
        Whether whoever asks too often is refused.
    registry : Registry or None
        Where DOIs are registered; None where they stay local.
    """

    store: Store
    flavour: Flavour
    switches: Switches
    rate_limits: bool = False
    registry: Registry | None = None


def create_app(
    data_dir: Path | str,
    flavour: str = "zenodo",
    switches: Switches | None = None,
    *,
    rate_limits: bool = False,
    registry: Registry | None = None,
) -> Flask:
    """Return the embedded repository as a WSGI application.

    Several applications, in this process and in others, may share a folder and differ in flavour.

    Parameters
    ----------
    data_dir : path
        The folder of the store; made when it is not there.
    flavour : {"zenodo", "rdm"}
        Whose ids and rules it has.
    switches : Switches, optional
        Traps of the real one to switch on; by default none.
    rate_limits : bool
        Whether whoever asks too often is refused with 429, by the numbers of the flavour.
    registry : Registry, optional
        Where DOIs are registered; without it they stay local.

    Returns
    -------
    Flask
        ``app.extensions["zenodo_jupyter"]`` is its `Catalogue`, ``app.extensions["zenodo_jupyter.localrepo"]`` its `Rules`,
        and ``app.extensions["zenodo_jupyter.registrar"]`` its `Registrar` where it has one.

    Raises
    ------
    BadInput
        For an unknown flavour, or a folder made by a newer version.
    """
    app = Flask("zenodo_jupyter.localrepo", static_folder=None)
    # Links of redirects are made by us and by Werkzeug; relative ones are the real one's too.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # A record id may not end in a slash: /api/records/ is 404 on InvenioRDM.
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    kind = flavours.flavour(flavour)
    kind = kind.registered(registry.api, registry.prefix) if registry else kind
    rules = Rules(Store(Path(data_dir)), kind, switches or Switches(), rate_limits, registry)
    app.secret_key = rules.store.db.secret("cookie_secret")
    app.config.update(SESSION_COOKIE_NAME="zenodo_jupyter", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    indexing.rebuild(rules.store.db, rules.flavour)
    app.extensions["zenodo_jupyter.localrepo"] = rules
    app.extensions["zenodo_jupyter"] = Catalogue(rules.store, here.view)
    api.register(app)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(oaipmh.blueprint)
    app.register_blueprint(pages.blueprint)
    if registry:
        _register_dois(app, rules.store, kind, registry)
    app.wsgi_app = partial(_as_mounted, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _as_mounted(application: Callable[..., Any], environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """Take more slashes after ``/api`` for one: InvenioRDM mounts its API there, and clients glue addresses together."""
    path = environ["PATH_INFO"]
    if path.startswith("/api//"):
        environ["PATH_INFO"] = f"/api/{path[len('/api/') :].lstrip('/')}"
    return application(environ, start_response)


def _register_dois(app: Flask, store: Store, flavour: Flavour, registry: Registry) -> None:
    """Have DataCite told of DOIs, in the background, after whatever request."""
    if store.db.meta("registered_site") != registry.site:
        with store.db.writing():
            registrations.all_changed(store.db, registry.api)  # the pages have moved
            store.db.set_meta("registered_site", registry.site)
    if not registry.password:
        log.info("DOIs wait to be registered at %s: its password is not known here.", registry.title)
        return
    from .registrar import Registrar

    registrar = app.extensions["zenodo_jupyter.registrar"] = Registrar(store, flavour, registry)

    @app.after_request
    def nudge(response: Response) -> Response:
        registrar.nudge()
        return response
