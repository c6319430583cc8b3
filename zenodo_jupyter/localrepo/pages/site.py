"""What all pages have in common: what they read, who looks, what a browser may do with them, and how errors look."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ...errors import AccessDenied, RecordNotFound, ZenodoJupyterError
from .. import landing, markup, vocabularies
from ..api import here
from ..api.answers import no_route

blueprint = Blueprint(
    "pages",
    __name__.rpartition(".pages")[0],  # static files and templates lie beside this package
    static_folder="static",
    static_url_path="/assets",
    template_folder="templates",
    url_prefix="",
)

#: WSGI key for a hidden field, as (name, value), that forms must send back to who passes requests on and has checked it.
FORM_FIELD = "zenodo_jupyter.form_field"

_GUARD = "guard"
#: What a browser may do with a page.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
_STATUS_WORDS = {400: "This was not understood", 403: "Not for everyone", 404: "Not here", 410: "Deleted"}


class Catalogue(Protocol):
    """What the pages of records read, under ``app.extensions["zenodo_jupyter"]``; records are native JSON.

    It decides who may see what, and raises AccessDenied; native JSON names no files to those who may not have them.
    """

    site_url: str

    def record(self, id: str) -> dict[str, Any]:
        """Return a published record; raise RecordNotFound or RecordDeleted."""

    def preview(self, id: str) -> dict[str, Any]:
        """Return a draft, or the published record where there is none."""

    def latest_id(self, id: str) -> str:
        """Return the id of the newest version, for the id of any version or of all of them."""

    def versions(self, id: str) -> list[dict[str, Any]]:
        """Return the published versions, newest first."""

    def search(
        self,
        q: str,
        page: int,
        size: int,
        sort: str,
        *,
        mine: bool = False,
        community: str = "",
        chosen: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """Return how many match, one page of them, and what they can be narrowed to, as InvenioRDM's ``aggregations``."""

    def open_file(self, id: str, key: str, *, preview: bool = False) -> tuple[BinaryIO, int, str, Any]:
        """Return a file's stream, size, md5 and time of change; with ``preview`` the draft's where there is one."""

    def doi(self, text: str) -> str | None:
        """Return the id of the record with this DOI."""


def catalogue() -> Catalogue:
    """Return what this application shows."""
    return cast(Catalogue, current_app.extensions["zenodo_jupyter"])


def carried() -> dict[str, str]:
    """Return what links from a page to its files and previews repeat: that a draft is meant, and the secret link."""
    return {name: request.args[name] for name in ("preview", "token") if request.args.get(name)}


def require_person() -> None:
    """Send whoever is not signed in to do that; raises AccessDenied, which becomes a redirection."""
    if here.actor().user is None:
        raise AccessDenied("This page is of people who are signed in.")


def form_field() -> tuple[str, str]:
    """Return name and value of the hidden field by which a form proves that it came from here."""
    given: tuple[str, str] | None = request.environ.get(FORM_FIELD)
    if given is not None:
        return given
    if _GUARD not in session:
        session[_GUARD] = secrets.token_urlsafe()
    return _GUARD, session[_GUARD]


@blueprint.before_request
def take_own_forms_only() -> None:
    """Refuse a form that some other site made a browser send."""
    # In process there is no browser, or somebody between who has checked the field of their own.
    if request.method != "POST" or request.environ.get(here.SAME_PERSON):
        return
    known = session.get(_GUARD, "")
    if not known or not hmac.compare_digest(known.encode(), request.form.get(_GUARD, "").encode()):
        raise AccessDenied("This form did not come from here, or is too old.", "Open the page again and repeat it.")


@blueprint.errorhandler(ZenodoJupyterError)
def error_page(error: ZenodoJupyterError) -> tuple[str, int] | AnyResponse:
    """Say what happened, as a page; a deleted record leaves its tombstone; who may see it can sign in, as on InvenioRDM."""
    if isinstance(error, AccessDenied) and here.actor().user is None and request.method != "POST":
        # Not the secret link that was not enough: addresses are kept in many places.
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "token"]
        wanted = request.script_root + request.path + (f"?{urlencode(kept)}" if kept else "")
        return redirect(url_for("pages.sign_in", next=wanted))
    heading = _STATUS_WORDS.get(error.status, "This did not work")
    tombstone = getattr(error, "tombstone", None) or {}
    reason = vocabularies.get("removalreasons", (tombstone.get("removal_reason") or {}).get("id", ""))
    page = render_template("pages/message.html", heading=heading, error=error, tombstone=tombstone, reason=reason)
    return page, error.status


@blueprint.after_request
def protect(response: Response) -> Response:
    """Tell the browser what it must not do with any page here."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Nothing is told to other sites. Without any referrer browsers say that forms come from nowhere, and Jupyter refuses them.
    response.headers["Referrer-Policy"] = "same-origin"
    if "Cache-Control" not in response.headers and (here.actor().reader is not None):
        response.headers["Cache-Control"] = "private, no-cache"  # what one may see is not for the next one
    return response


@blueprint.app_errorhandler(404)
def no_page(error: HTTPException) -> Response | HTTPException:
    """Say as a page that there is none; the API has words of its own."""
    if request.path.startswith("/api/"):
        return no_route(error)
    return protect(make_response(error_page(RecordNotFound("There is no page at this address."))))


@blueprint.app_context_processor
def known() -> dict[str, Any]:
    """Tell templates where DOIs are registered, who looks, and whether that is a matter of this site or of one around it."""
    return {
        "registry": current_app.extensions["zenodo_jupyter.localrepo"].registry,
        "person": here.actor().user,
        "signs_in_here": not request.environ.get(here.SAME_PERSON),
        "form_field": form_field,
        "carried": carried(),
    }


@blueprint.app_template_global()
def file_url(id: str, key: str) -> str:
    """Return where a file is downloaded, under whatever path the application is mounted."""
    return f"{request.script_root}/records/{quote(id)}/files/{quote(key)}?{urlencode({'download': 1, **carried()})}"


for _filter in (landing.day, landing.size, landing.title, markup.plain):
    blueprint.add_app_template_filter(_filter)
