"""``/oauth/token`` and ``/oauth/revoke``: where applications exchange codes for tokens, renew them and give them back."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from .. import oauth
from . import here

blueprint = Blueprint("oauth", __name__)


@blueprint.post("/oauth/token")
def token() -> Response:
    """Give tokens for a code, or for a refresh token."""
    db, sent = here.actor().db, _sent()
    if oauth.find_client(db, request.form.get("client_id")) is None:
        abort(404)  # as InvenioRDM does
    with db.writing():  # of two who show the same code or refresh token, the second finds it used
        answer = oauth.server(db).create_token_response(*sent)
    return _response(*answer)


@blueprint.post("/oauth/revoke")
def revoke() -> Response:
    """Make tokens worthless."""
    return _response(*oauth.server(here.actor().db).create_revocation_response(*_sent()))


def _sent() -> tuple[str, str, str, dict[str, str]]:
    # oauthlib wants https; what this server is reached by is not its business.
    address = request.base_url.replace("http://", "https://", 1)
    return address, request.method, request.get_data(as_text=True), dict(request.headers)


def _response(headers: dict[str, str], body: str | None, status: int) -> Response:
    return Response(body or "", status, headers)
