"""Rate limits: the headers that every answer of the API has, and the refusals where they are switched on."""

from __future__ import annotations

import math
import time

from flask import Flask, Response, g, request

from ..limits import Limit, Limiter, Standing
from . import here
from .answers import as_json

#: What the headers say where nothing is limited, so that clients that read them find them: a signed-in person's on Zenodo.
_UNLIMITED = Limit(1000, 60)
_SEARCHES = ("api_records.search", "api_communities.records")


def limit_requests(app: Flask) -> None:
    """Count requests and refuse what is too much, if the application's rules say so."""
    rules = app.extensions["zenodo_jupyter.localrepo"]
    limiter = Limiter() if rules.rate_limits else None

    @app.before_request
    def count() -> Response | None:
        if limiter is None or request.routing_exception is not None or request.endpoint == "api_people.ping":
            return None
        limits, user = rules.flavour.limits, here.actor().user
        # A guest is told from others by program and address, as Invenio does.
        who = f"user {user.id}" if user else f"{request.user_agent.string} {request.remote_addr}"
        if limits.search and request.endpoint in _SEARCHES:
            g.standing = limiter.ask(f"{who} {request.endpoint}", limits.search)
        else:
            g.standing = limiter.ask(who, limits.account if user else limits.guest)
        if not g.standing.refused:
            return None
        return as_json({"message": str(g.standing.limit), "status": 429}, 429)

    @app.after_request
    def headers(response: Response) -> Response:
        now = time.time()
        standing = g.get("standing")
        # As there: not where no route was found, and not for those that ask whether the server is there.
        if standing is None and request.routing_exception is None and request.endpoint != "api_people.ping":
            standing = Standing(_UNLIMITED, _UNLIMITED.requests - 1, now + _UNLIMITED.seconds, False)
        if standing is not None:
            response.headers["X-RateLimit-Limit"] = str(standing.limit.requests)
            response.headers["X-RateLimit-Remaining"] = str(standing.remaining)
            response.headers["X-RateLimit-Reset"] = str(math.ceil(standing.reset))
            response.headers["Retry-After"] = str(max(1, math.ceil(standing.reset - now)))
        return response
