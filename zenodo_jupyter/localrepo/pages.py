"""The HTML pages: home, search, landing pages, previews, badges and exports.

Everything shown was written by strangers. Templates escape, `markup` cleans, and each answer carries a policy under which a
browser runs no script and loads nothing from elsewhere; previews sit in a sandbox besides. Pages work without any script.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from ..doi import DOI
from ..errors import BadInput, RecordDeleted, RecordNotFound, ZenodoJupyterError
from . import badge as badges
from . import citation, formats, landing, markup, preview, signposting, vocabularies
from .facets import FACETS

blueprint = Blueprint(
    "pages", __name__, static_folder="static", static_url_path="/assets", template_folder="templates", url_prefix=""
)

_PAGE_SIZE = 20
_SORTS = {"bestmatch": "Best match", "newest": "Newest first", "oldest": "Oldest first"}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
# Inline styles are allowed where `markup` has filtered them; links may open beside the frame, and nothing else may happen.
_PREVIEW_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
_BADGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_STATUS_WORDS = {400: "This was not understood", 403: "Not for everyone", 404: "Not here", 410: "Deleted"}


class Catalogue(Protocol):
    """What the pages read, under ``app.extensions["zenodo_jupyter"]``; records are native JSON.

    It decides who may see what, and raises AccessDenied; native JSON names no files to those who may not have them.
    """

    site_url: str

    def record(self, id: str) -> dict[str, Any]:
        """Return a published record; raise RecordNotFound or RecordDeleted."""

    def latest_id(self, id: str) -> str:
        """Return the id of the newest version, for the id of any version or of all of them."""

    def versions(self, id: str) -> list[dict[str, Any]]:
        """Return the published versions, newest first."""

    def search(
        self, q: str, page: int, size: int, sort: str, *, chosen: Mapping[str, Sequence[str]] | None = None
    ) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """Return how many match, one page of them, and what they can be narrowed to, as InvenioRDM's ``aggregations``."""

    def open_file(self, id: str, key: str) -> tuple[BinaryIO, int, str, Any]:
        """Return a file's stream, size, md5 and time of change."""

    def doi(self, text: str) -> str | None:
        """Return the id of the record with this DOI."""


def catalogue() -> Catalogue:
    """Return what this application shows."""
    return cast(Catalogue, current_app.extensions["zenodo_jupyter"])


@blueprint.get("/")
def home() -> str:
    """Show the search box and the newest records."""
    total, records, _ = catalogue().search("", 1, 10, "newest")
    return render_template("pages/home.html", total=total, records=records)


@blueprint.get("/search")
def search() -> str:
    """Show what a query finds, page by page."""
    q = request.args.get("q", "").strip()
    default = "bestmatch" if q else "newest"
    sort = request.args.get("sort", default)
    sort = sort if sort in _SORTS else default
    page = max(1, request.args.get("page", 1, type=int))
    problem = ""
    chosen = {name: values for name in FACETS if (values := request.args.getlist(name))}
    found: dict[str, Any] = {}
    try:
        total, records, found = catalogue().search(q, page, _PAGE_SIZE, sort, chosen=chosen)
    except BadInput as error:
        total, records, problem = 0, [], str(error)
    return render_template(
        "pages/search.html",
        q=q,
        sort=sort,
        sorts=_SORTS,
        page=page,
        pages=math.ceil(total / _PAGE_SIZE),
        total=total,
        records=records,
        problem=problem,
        chosen=chosen,
        narrowing=landing.narrowing(found, chosen),
    )


@blueprint.get("/records/<id>")
def record(id: str) -> AnyResponse:
    """Show a record; the id of all versions leads to the newest one."""
    repository = catalogue()
    try:
        native = repository.record(id)
    except RecordDeleted:
        raise
    except RecordNotFound:
        newest = repository.latest_id(id)
        if newest == id:
            raise
        return redirect(url_for("pages.record", id=newest))
    url = f"{repository.site_url}/records/{native['id']}"
    entries = landing.files(native)
    wanted = request.args.get("preview_file")
    shown = wanted if wanted in {e["key"] for e in entries} else landing.first_preview(native, entries)
    creators, affiliations = landing.people(native["metadata"].get("creators"))
    contributors, _ = landing.people(native["metadata"].get("contributors"))
    page = render_template(
        "pages/record.html",
        record=native,
        metadata=native["metadata"],
        doi=citation.doi(native),
        concept_doi=citation.concept_doi(native),
        registered=citation.is_registered(native),
        url=url,
        creators=creators,
        affiliations=affiliations,
        contributors=contributors,
        description=Markup(markup.prose(native["metadata"].get("description") or "")),
        additional=[
            (landing.title(d.get("type")), Markup(markup.prose(d["description"])))
            for d in native["metadata"].get("additional_descriptions") or ()
        ],
        files=entries,
        shown=shown,
        versions=repository.versions(id),
        related=landing.related(native, repository.doi, lambda known: url_for("pages.record", id=known)),
        subjects=landing.subjects(native),
        meta_tags=landing.meta_tags(native, url),
        json_ld=landing.json_ld(native, url),
        apa=citation.apa(native),
        bibtex=citation.bibtex(native),
        exports=formats.EXPORTS,
    )
    response = Response(page)
    response.headers["Link"] = signposting.header(native, url, f"{repository.site_url}/api/records/{native['id']}")
    return response


@blueprint.get("/records/<id>/latest")
def latest(id: str) -> AnyResponse:
    """Lead to the newest version."""
    return redirect(url_for("pages.record", id=catalogue().latest_id(id)))


@blueprint.get("/record/<path:rest>")
def old_address(rest: str) -> AnyResponse:
    """Lead from the singular, which Zenodo used until 2023 and papers still print."""
    return redirect(f"{request.script_root}/records/{quote(rest)}", 301)


@blueprint.get("/doi/<path:doi>")
def resolve(doi: str) -> AnyResponse:
    """Lead from a DOI to its record here."""
    found = catalogue().doi(doi)
    if found is None:
        raise RecordNotFound(f"No record here has the DOI {doi}.", "It may be one of another repository.")
    return redirect(url_for("pages.record", id=found))


@blueprint.get("/records/<id>/preview/<path:key>")
def preview_file(id: str, key: str) -> AnyResponse:
    """Show one file, boxed in."""
    stream, size, md5, _ = catalogue().open_file(id, key)
    with stream:
        response = Response(mimetype="text/html")
        response.set_etag(f"{md5}-{preview.EDITION}")
        response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
        response.cache_control.no_cache = True  # keep it, and ask whether it is still so
        if request.if_none_match.contains(response.get_etag()[0] or ""):
            response.status_code = 304
        else:
            body = Markup(preview.render(key, stream, size))
            response.set_data(render_template("pages/preview.html", key=key, body=body))
    return response


@blueprint.get("/records/<id>/export/<format>")
def export(id: str, format: str) -> AnyResponse:
    """Hand a record on in another format."""
    if format not in formats.EXPORTS:
        raise RecordNotFound(f"There is no export {format!r}.", f"There are: {', '.join(formats.EXPORTS)}.")
    native = catalogue().record(id)
    chosen = formats.EXPORTS[format]
    response = Response(chosen.write(native), content_type=f"{chosen.mimetype}; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={quote(str(native['id']))}.{chosen.ending}"
    return response


@blueprint.get("/badge/DOI/<path:doi>.svg", defaults={"title": "DOI"})
@blueprint.get("/badge/<any(doi):title>/<path:doi>.svg")
def badge(doi: str, title: str) -> AnyResponse:
    """Draw the badge of any DOI; one of a record here says whether doi.org knows it."""
    parsed = DOI.find(doi)
    registered = parsed is not None and not parsed.is_test
    here = catalogue().doi(parsed.value) if registered and parsed else None
    if here is not None:
        registered = citation.is_registered(catalogue().record(here))
    response = Response(badges.svg(doi, registered=registered), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = _BADGE_POLICY
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


@blueprint.errorhandler(ZenodoJupyterError)
def error_page(error: ZenodoJupyterError) -> tuple[str, int]:
    """Say what happened, as a page; a deleted record leaves its tombstone."""
    heading = _STATUS_WORDS.get(error.status, "This did not work")
    tombstone = getattr(error, "tombstone", None) or {}
    reason = vocabularies.get("removalreasons", (tombstone.get("removal_reason") or {}).get("id", ""))
    page = render_template("pages/message.html", heading=heading, error=error, tombstone=tombstone, reason=reason)
    return page, error.status


@blueprint.after_request
def protect(response: Response) -> Response:
    """Tell the browser what it must not do with any page here."""
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.app_template_global()
def file_url(id: str, key: str) -> str:
    """Return where a file is downloaded, under whatever path the application is mounted."""
    return f"{request.script_root}/records/{quote(id)}/files/{quote(key)}?download=1"


for _filter in (landing.day, landing.size, landing.title, markup.plain):
    blueprint.add_app_template_filter(_filter)
