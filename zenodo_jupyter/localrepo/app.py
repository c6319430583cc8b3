"""One WSGI application: the API, the pages, and the addresses of files and DOIs that people open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from . import api, downloads, flavours, indexing, oaipmh, pages
from .api import here
from .catalogue import Catalogue
from .flavours import Flavour, Switches
from .store import Store


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
    """

    store: Store
    flavour: Flavour
    switches: Switches
    rate_limits: bool = False


def create_app(
    data_dir: Path | str, flavour: str = "zenodo", switches: Switches | None = None, *, rate_limits: bool = False
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

    Returns
    -------
    Flask
        ``app.extensions["zenodo_jupyter"]`` is its `Catalogue`, ``app.extensions["zenodo_jupyter.localrepo"]`` its `Rules`.

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
    rules = Rules(Store(Path(data_dir)), flavours.flavour(flavour), switches or Switches(), rate_limits)
    indexing.rebuild(rules.store.db, rules.flavour)
    app.extensions["zenodo_jupyter.localrepo"] = rules
    app.extensions["zenodo_jupyter"] = Catalogue(rules.store, here.view)
    api.register(app)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(oaipmh.blueprint)
    app.register_blueprint(pages.blueprint)
    return app
