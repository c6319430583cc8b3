"""Whether the server is there, and who is asking."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import Unauthorized

from ...errors import WasRefused
from .. import access, users
from ..users import User
from . import here
from .answers import answer, as_json
from .searches import page_links, whole_number

blueprint = Blueprint("api_people", __name__)


@blueprint.get("/ping")
def ping() -> Response:
    """Answer OK."""
    return Response("OK", content_type="text/html; charset=utf-8")


@blueprint.get("/me")
def me() -> Response:
    """Answer who is asking, in a few words."""
    user = here.actor().user
    if user is None:  # the one route that answers so: it is older than InvenioRDM
        raise Unauthorized
    return as_json(
        {
            "confirmed_at": user.created,
            "email": user.email,
            "id": user.id,
            "last_login_at": None,
            "roles": [{"id": r, "name": r} for r in sorted(user.roles)],
        }
    )


@blueprint.get("/users/me")
def myself() -> Response:
    """Answer who is asking; the real one breaks on it."""
    if here.actor().switches.crashes:
        raise WasRefused("Internal Server Error", status=500)
    return answer(_account(_signed_in()))


@blueprint.get("/users/<int:id>")
def somebody(id: int) -> Response:
    """Answer an account: all of it to its owner, the name to others."""
    user = users.find_user(here.actor().db, id=id)
    access.require(user is not None and here.actor().user is not None)
    assert user is not None
    return answer(_account(user), revision=1)


@blueprint.get("/users")
def search() -> Response:
    """Search the accounts, as somebody with one: whom to invite or to grant a record."""
    _signed_in()
    q = request.args.get("q", "")
    found = users.search(here.actor().db, q)
    page, size = whole_number("page", 1), whole_number("size", 10)
    sort = "bestmatch" if q.strip() else "username"
    hits = [_account(user) for user in found[(page - 1) * size : page * size]]
    links = page_links("/users", len(found), page, size, sort)
    return answer({"hits": {"hits": hits, "total": len(found)}, "sortBy": sort, "links": links})


@blueprint.get("/groups")
def groups() -> Response:
    """Answer the groups of people: there are none here."""
    _signed_in()
    size = whole_number("size", 20)
    return answer(
        {
            "hits": {"hits": [], "total": 0},
            "aggregations": {"is_managed": {"buckets": [], "label": "Management state"}},
            "sortBy": "name",
            "links": page_links("/groups", 0, whole_number("page", 1), size, "name"),
        }
    )


def _signed_in() -> User:
    user = here.actor().user
    access.require(user is not None)
    assert user is not None
    return user


def _account(user: User) -> dict[str, Any]:
    asking = here.actor().user
    own = f"{here.view().links.api}/users/{user.id}"
    shown: dict[str, Any] = {
        "id": str(user.id),
        "is_current_user": asking is not None and asking.id == user.id,
        "identities": {},
        "username": None,
        "profile": user.profile,
        "links": {
            "self": own,
            "avatar": f"{own}/avatar.svg",
            "records_html": f"{here.view().links.site}/search?q=parent.access.owned_by.user:{user.id}",
        },
    }
    if shown["is_current_user"] or (asking is not None and asking.is_admin):
        shown |= {
            "created": user.created,
            "updated": user.updated,
            "revision_id": 1,
            "active": True,
            "confirmed": True,
            "blocked": False,
            "verified": False,
            "email": user.email,
            "domain": user.email.rpartition("@")[2],
            "preferences": {
                "visibility": "public",
                "email_visibility": "restricted",
                "locale": "en",
                "timezone": "UTC",
                "notifications": {"enabled": False},
            },
        }
    return shown
