"""Publish a notebook with its data to Zenodo, get it back by its DOI, re-run it."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def load_ipython_extension(ipython: Any) -> None:
    """Make ``%zenodo`` known: ``%load_ext zenodo_jupyter``."""
    from .magics import load

    load(ipython)


def __getattr__(name: str) -> Any:
    """Bring `fetch` when it is first used, since `import zenodo_jupyter` stays cheap."""
    if name == "fetch":
        from .fetching import fetch

        return fetch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter's server what to load."""
    from .extension import ZenodoJupyter

    return [{"module": "zenodo_jupyter.extension", "app": ZenodoJupyter}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the built front end is."""
    return [{"src": "_labextension", "dest": "zenodo-jupyter"}]
