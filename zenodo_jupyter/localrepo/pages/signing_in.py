"""Signing in: a token becomes a cookie that scripts cannot read, and that is worth as much as the token and no longer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from .. import users
from ..api import here
from .site import blueprint


@blueprint.route("/login/", methods=["GET", "POST"])
def sign_in() -> AnyResponse | tuple[str, int]:
    """Ask for a token, and go where somebody wanted to."""
    wanted = _here(request.values.get("next", ""))
    if here.actor().user is not None:
        return redirect(wanted)
    status, wrong = 200, False
    if request.method == "POST":
        token = request.form.get("token", "").strip()
        if users.user_of_token(here.actor().db, token) is not None:
            session.clear()
            session[here.SIGNED_IN] = users.fingerprint(token)
            return redirect(wanted, 303)
        status, wrong = 403, True
    return render_template("pages/sign_in.html", next=wanted, wrong=wrong), status


@blueprint.post("/logout/")
def sign_out() -> AnyResponse:
    """Forget who it is."""
    session.clear()
    return redirect(url_for("pages.home"), 303)


def _here(address: str) -> str:
    r"""Return a page of this site to go to, whatever a link from elsewhere says.

    >>> with __import__("flask").Flask("x").test_request_context():
    ...     [_here(a) for a in ("/me/uploads?q=1", "//evil.example", "https://evil.example", "/\\evil.example")]
    ['/me/uploads?q=1', '/', '/', '/']
    """
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and address.startswith("/") and not {"\\", "\n", "\t"} & {*address}
    return address if own else request.script_root + "/"
