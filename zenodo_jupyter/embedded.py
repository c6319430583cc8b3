"""The embedded repository as the others know it: its folder, its application, its server, its account at DataCite.

The only module that imports `localrepo`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .doi import DOI
from .errors import BadInput
from .rows import RepositoryRow
from .tokens import DATACITE_PASSWORD, TokenStore

if TYPE_CHECKING:
    from .config import Config
    from .localrepo.registry import Registry

_NOT_CONFIGURED = (
    "DataCite is not configured: the DOIs of the embedded repository are local.",
    'It takes {"Config": {"datacite": {"account": …, "prefix": …, "site": …}}} in jupyter_zenodo_config.json.',
)
_making = threading.Lock()


def folder(config: Config) -> Path:
    """Return the folder of the embedded repository."""
    return Path(config.data_dir) / "repository"


def holdings(config: Config) -> Any:
    """Return what the embedded repository holds, for reading it again, copying it and carrying it out (`Holdings`)."""
    from .localrepo.holdings import Holdings

    return Holdings(folder(config))


def app(config: Config) -> Any:
    """Return the WSGI application of the embedded repository; one per folder in a process.

    Parameters
    ----------
    config : Config
        Where its folder is, and its account at DataCite.

    Raises
    ------
    BadInput
        When DataCite is configured, and in a way that cannot be.
    """
    place = folder(config).absolute()
    with _making:  # `cache` alone may make two
        return _app_of(place, _registry(place, config))


def _registry(place: Path, config: Config) -> Registry | None:
    """Return where the repository in a folder registers its DOIs: only the configured one does."""
    if not config.datacite or place.absolute() != folder(config).absolute():
        return None
    from .localrepo.registry import Registry

    registry = Registry.configured(config.datacite)
    password = TokenStore(config).get(_registry_row(registry))
    return replace(registry, password=password.value) if password else registry


def _registry_row(registry: Registry) -> RepositoryRow:
    return RepositoryRow("datacite", registry.title, registry.api, token_env=(DATACITE_PASSWORD,))


def keep_datacite_password(ask: Callable[[str], str], config: Config) -> str:
    """Keep the password of the account at DataCite with the tokens, and return where that is.

    Parameters
    ----------
    ask : callable
        Asks a person, and shows nothing of what they type.
    config : Config
        With ``datacite``.

    Raises
    ------
    BadInput
        When DataCite is not configured, or this cannot be a password.
    """
    registry = _registry(folder(config), config)
    if registry is None:
        raise BadInput(*_NOT_CONFIGURED)
    row = _registry_row(registry)
    return TokenStore(config).set(row, ask(f"Password of {registry.account} at {registry.title}: "))


def tell_datacite(config: Config) -> int:
    """Tell DataCite now of all DOIs that wait or were refused, and return of how many it was told.

    Raises
    ------
    BadInput
        When DataCite is not configured, or its password is not known.
    """
    if not config.datacite:
        raise BadInput(*_NOT_CONFIGURED)
    registrar = app(config).extensions.get("zenodo_jupyter.registrar")
    if registrar is None:
        raise BadInput(
            "The password of the account at DataCite is not known here.",
            f"`jupyter zenodo dois --password` asks for it; or set {DATACITE_PASSWORD}.",
        )
    told: int = registrar.retry()
    return told


def serve(
    *,
    data_dir: Path | None,
    host: str,
    port: int | None,
    flavour: str,
    as_json: bool,
    allow_remote: bool,
    rate_limits: bool,
    traps: Sequence[str],
    accounts: Sequence[str],
    clients: Sequence[Sequence[str]],
    open_doi: str | None,
    config: Config,
) -> None:
    """Serve the embedded repository over HTTP until it is interrupted.

    Parameters
    ----------
    data_dir : Path or None
        Its folder; the configured one where it is None.
    host, port, flavour, as_json, allow_remote, rate_limits, accounts, clients
        See `localrepo.server.serve`.
    traps : sequence of str
        Which of the real one's traps are on; see `localrepo.flavours.Switches`.
    open_doi : str or None
        The DOI of a record to open in a browser.
    config : Config
        Where its folder is.
    """
    import webbrowser

    from .localrepo.flavours import Switches
    from .localrepo.server import serve as serve_folder

    def show(url: str) -> None:
        if open_doi:
            page = f"{url}/doi/{DOI.parse(open_doi)}"
            print(f"The record is at {page}", flush=True)
            webbrowser.open(page)

    place = data_dir or folder(config)
    registry = _registry(place, config)
    serve_folder(
        place, host, port, flavour=flavour, switches=Switches.on(traps), allow_remote=allow_remote,
        rate_limits=rate_limits, registry=registry, accounts=accounts, clients=clients, as_json_line=as_json,
        out=lambda text: print(text, flush=True), ready=show,
    )  # fmt: skip


def adapter(config: Config) -> Any:
    """Return the adapter for `requests` by which it is asked in this process."""
    from .localrepo.adapter import LocalAdapter

    return LocalAdapter(app(config))


@cache
def _app_of(data_dir: Path, registry: Registry | None) -> Any:
    from .localrepo.app import create_app

    return create_app(data_dir, registry=registry)
