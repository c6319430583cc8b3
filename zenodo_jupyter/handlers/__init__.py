"""The routes of the server extension, one small file per noun.

Each handler says who may ask (``@web.authenticated`` and ``@authorized``), reads the request, calls the floor below in a
thread, and answers.
"""

from __future__ import annotations

from typing import Any

from . import acts, collect, communities, jobs, pages, records, repositories, signing_in, status, suggestions


def routes() -> list[tuple[str, Any]]:
    """Return (pattern, handler) of every route; patterns are relative to the server's address."""
    modules = (repositories, signing_in, collect, acts, communities, jobs, records, suggestions, status, pages)
    return [(f"/zenodo-jupyter/{pattern}", handler) for module in modules for pattern, handler in module.routes]
