"""Records and drafts: landing pages, previews, badges and exports."""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from ...doi import DOI
from ...errors import RecordDeleted, RecordNotFound
from .. import badge as badges
from .. import citation, formats, landing, markup, preview, signposting
from ..file_wrapper import FileWrapper
from .site import blueprint, carried, catalogue

# Inline styles are allowed where `markup` has filtered them; links may open beside the frame, and nothing else may happen.
_PREVIEW_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
# A browser's viewer of PDFs does not work in a sandbox, and is one itself: nothing in a PDF reaches this site.
_PDF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_BADGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/records/<id>")
def record(id: str) -> AnyResponse:
    """Show a record; the id of all versions leads to the newest one; with ``preview=1`` a draft is shown if there is one."""
    repository = catalogue()
    if _wants_draft():
        native = repository.preview(id)
        if native["is_draft"]:
            return Response(_page(native))
        return _published(native)
    try:
        return _published(repository.record(id))
    except RecordDeleted:
        raise
    except RecordNotFound:
        newest = repository.latest_id(id)
        if newest == id:
            raise
        return redirect(url_for("pages.record", id=newest))


def _wants_draft() -> bool:
    return request.args.get("preview") == "1"


def _published(native: dict[str, Any]) -> Response:
    site = catalogue().site_url
    response = Response(_page(native))
    own, api = f"{site}/records/{native['id']}", f"{site}/api/records/{native['id']}"
    response.headers["Link"] = signposting.header(native, own, api)
    return response


def _page(native: dict[str, Any]) -> str:
    repository = catalogue()
    metadata, is_draft = native["metadata"], bool(native.get("is_draft"))
    url = f"{repository.site_url}/records/{native['id']}"
    entries = landing.files(native)
    wanted = request.args.get("preview_file")
    shown = wanted if wanted in {e["key"] for e in entries} else landing.first_preview(native, entries)
    creators, affiliations = landing.people(metadata.get("creators"))
    contributors, _ = landing.people(metadata.get("contributors"))
    doi, why_not = citation.doi(native), citation.why_not_registered(native)
    return render_template(
        "pages/record.html",
        record=native,
        is_draft=is_draft,
        metadata=metadata,
        doi=doi,
        concept_doi=citation.concept_doi(native),
        registered=citation.is_registered(native),
        why_not=why_not,
        badges=badges.snippets(doi, why_not, repository.site_url, url) if doi and not is_draft else {},
        url=url,
        creators=creators,
        affiliations=affiliations,
        contributors=contributors,
        description=Markup(markup.prose(metadata.get("description") or "")),
        additional=[
            (landing.title(d.get("type")), Markup(markup.prose(d["description"])))
            for d in metadata.get("additional_descriptions") or ()
        ],
        files=entries,
        shown=shown,
        kind=preview.kind(shown) if shown else None,
        versions=_versions(native),
        communities=(native["parent"].get("communities") or {}).get("entries") or [],
        related=landing.related(native, repository.doi, lambda known: url_for("pages.record", id=known)),
        subjects=landing.subjects(native),
        meta_tags=landing.meta_tags(native, url),
        json_ld=landing.json_ld(native, url),
        apa=citation.apa(native),
        bibtex=citation.bibtex(native),
        exports=formats.EXPORTS,
    )


def _versions(native: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return catalogue().versions(native["parent"]["id"])
    except RecordNotFound:  # the draft of a first version
        return []


@blueprint.get("/records/<id>/latest")
def latest(id: str) -> AnyResponse:
    """Lead to the newest version."""
    return redirect(url_for("pages.record", id=catalogue().latest_id(id)))


@blueprint.get("/uploads/<id>")
def upload(id: str) -> AnyResponse:
    """Lead from the address where InvenioRDM has its form to the draft: it is edited in Jupyter."""
    return redirect(url_for("pages.record", id=id, preview=1, token=carried().get("token")))


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
    stream, size, md5, _ = catalogue().open_file(id, key, preview=_wants_draft())
    if preview.is_pdf(key, stream):
        return _pdf(stream, size, md5)
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


def _pdf(stream: BinaryIO, size: int, md5: str) -> AnyResponse:
    response = Response(FileWrapper(stream), mimetype="application/pdf", direct_passthrough=True)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = _PDF_POLICY
    response.content_length = size
    response.set_etag(md5)
    response.cache_control.no_cache = True
    response.make_conditional(request)
    if request.method == "HEAD" or response.status_code == 304:
        stream.close()  # nobody will read it
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
    registered, why_not = parsed is not None and not parsed.is_test, badges.NOT_REGISTERED
    here = catalogue().doi(parsed.value) if registered and parsed else None
    if here is not None:
        why_not = citation.why_not_registered(catalogue().record(here))
        registered = not why_not
    response = Response(badges.svg(doi, registered=registered, why_not=why_not), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = _BADGE_POLICY
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)
