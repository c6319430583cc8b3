"""The request that is being answered: who asks, from where, and what they sent."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, g, request, session

from ...errors import FieldError, RefusedMetadata, WasRefused
from .. import sharing, users
from ..actor import Actor
from ..links import Links
from ..native import View

#: The scheme of the in-process door; it has no address that a browser could open.
LOCAL_SCHEME = "http+local"
#: WSGI key that only the in-process door sets (a header can never become it): no token is needed, it is the same person.
SAME_PERSON = "zenodo_jupyter.same_person"
#: Where the cookie of the pages has the fingerprint of the token by which somebody signed in.
SIGNED_IN = "signed_in"


def actor() -> Actor:
    """Return who asks. A wrong token counts as none, as on the real one."""
    if "actor" not in g:
        rules = current_app.extensions["zenodo_jupyter.localrepo"]
        link = sharing.opened_by(rules.store.db, request.args.get("token", ""))
        g.actor = Actor(rules.store, rules.flavour, rules.switches, _user(rules.store), link)
    found: Actor = g.actor
    return found


def _user(store: Any) -> users.User | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return users.user_of_token(store.db, value.strip())
    if token := request.args.get("access_token"):
        return users.user_of_token(store.db, token)
    if not kind and request.environ.get(SAME_PERSON):
        owner: users.User = store.owner
        return owner
    # A cookie counts on pages, whose forms are guarded. The API asks for a token, which no other site can make a browser send.
    if not kind and not request.path.startswith("/api/"):
        return users.user_of_fingerprint(store.db, session.get(SIGNED_IN, ""))
    return None


def view() -> View:
    """Return how the asking person sees the store, with links that lead back to where they asked."""
    if "view" not in g:
        base = request.host_url.rstrip("/")
        store = actor().store
        registry = current_app.extensions["zenodo_jupyter.localrepo"].registry
        public = registry.site if registry else store.site_url
        site = public if request.scheme == LOCAL_SCHEME else base
        g.view = View(actor(), Links(f"{base}/api", site, actor().flavour.name))
    found: View = g.view
    return found


def body(*, types: tuple[str, ...] = ("application/json",)) -> Any:
    """Return the JSON that was sent, None if nothing was.

    Raises
    ------
    WasRefused
        With 415 for another content type (compared letter by letter, as the real one does), 400 for broken JSON.
    """
    require_content_type(types)
    data = request.get_data(cache=False)
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError as error:
        raise WasRefused("Unable to decode JSON data in request body.", status=400) from error


def require_content_type(types: tuple[str, ...]) -> None:
    """Refuse a body of another type; none given is all right.

    Raises
    ------
    WasRefused
        With 415.
    """
    given = request.headers.get("Content-Type")
    if given and given not in types:
        raise WasRefused(f"Invalid 'Content-Type' header. Expected one of: {', '.join(types)}", status=415)


def if_match() -> int | None:
    """Return the revision that the client knows.

    Raises
    ------
    RefusedMetadata
        When the header is not a bare integer: a quoted ETag is not, on the real one either.
    """
    given = request.headers.get("If-Match")
    if given is None:
        return None
    try:
        return int(given)
    except ValueError as error:
        wrong = FieldError("if_match", ("Not a valid integer.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,)) from error
