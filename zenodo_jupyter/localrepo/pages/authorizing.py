"""Letting an application in: the person who is signed in is asked, and their browser is sent back with a code or a no."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request, session
from oauthlib.oauth2 import AccessDeniedError, FatalClientError, OAuth2Error
from werkzeug.wrappers import Response as AnyResponse

from ...errors import BadInput
from .. import oauth, users
from ..api import here
from .site import POLICY, blueprint, require_person


@blueprint.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> AnyResponse:
    """Ask whether an application may act for who is signed in; the answer is in the form's ``confirm``, as on InvenioRDM."""
    require_person()
    person, db = here.actor().user, here.actor().db
    # oauthlib wants https; what this server is reached by is not its business.
    address = request.url.replace("http://", "https://", 1)
    server = oauth.server(db)
    try:
        scopes, credentials = server.validate_authorization_request(address)
        if request.method == "GET":
            return _asking(oauth.find_client(db, credentials["client_id"]), scopes, credentials["redirect_uri"])
        if request.form.get("confirm") != "yes":
            denied = AccessDeniedError(state=credentials["state"])
            denied.redirect_uri = credentials["redirect_uri"]
            raise denied
        signed_in = users.session_of_fingerprint(db, session.get(here.SIGNED_IN, ""))
        granted = {**credentials, "user": person, "session": signed_in}
        headers, _, _ = server.create_authorization_response(address, scopes=scopes, credentials=granted)
        return redirect(headers["Location"])
    except FatalClientError as error:
        # Nobody is sent to an address that is not registered.
        raise BadInput(
            f"The application that sent you here is not known, or gave another address of its own ({error.description}).",
            "Tell whoever runs it: client and address must be registered here.",
        ) from None
    except OAuth2Error as error:
        return redirect(error.in_uri(error.redirect_uri))


def _asking(client: oauth.Client | None, scopes: list[str], redirect_uri: str) -> Response:
    assert client is not None
    told = [oauth.SCOPES[scope] for scope in scopes]
    page = render_template("pages/authorize.html", client=client, scopes=told, host=urlsplit(redirect_uri).netloc)
    response = make_response(page)
    response.headers["Content-Security-Policy"] = _leading_to(redirect_uri)
    return response


def _leading_to(redirect_uri: str) -> str:
    """Return a policy under which a form may be answered by sending the browser there: browsers look at that, too."""
    parts = urlsplit(redirect_uri)
    return POLICY.replace("form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}")
