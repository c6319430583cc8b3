"""Answers: which shape the client may have, JSON, errors, and the headers that all of them carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError

from ...errors import WasRefused, ZenodoJupyterError
from ..legacy import record as old

JSON = "application/json"
NATIVE = "application/vnd.inveniordm.v1+json"
#: What routes offer that answer with files or people, and with the entries of vocabularies: the same, in another order.
PLAIN = (NATIVE, JSON)
TERMS = (JSON, NATIVE)
#: The list of a published record's files comes in one shape only: asking for the native one alone is answered by 406.
FILES = (JSON,)
_SECURITY = {
    "Permissions-Policy": "interest-cohort=()",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}

Export = Callable[[dict[str, Any]], str]
#: Shapes of a record besides JSON: media type → (function from native JSON to text, content type of the answer).
#: Filled by `register_export`, and offered by every route that answers with records.
_exports: dict[str, tuple[Export, str]] = {}


def register_export(mimetype: str, write: Export, content_type: str = "") -> None:
    """Offer records in one more shape.

    Parameters
    ----------
    mimetype : str
        What clients ask for.
    write : callable
        Makes the text out of a record's native JSON.
    content_type : str
        What the answer says it is, if that is not the same.
    """
    _exports[mimetype] = (write, content_type or mimetype)


def negotiate(offered: Iterable[str]) -> str:
    """Return the best shape that the client accepts.

    Names are compared letter by letter: neither ``application/*`` nor a charset is understood, on the real one either.

    Raises
    ------
    WasRefused
        With 406.
    """
    names = tuple(offered)
    header = request.headers.get("Accept", "").strip()
    if not header:
        return JSON
    best, best_quality = "", 0.0
    for part in header.split(","):
        name, quality = _quality(part)
        chosen = JSON if name == "*/*" else name
        if (chosen in names) and quality > best_quality:
            best, best_quality = chosen, quality
    if not best:
        raise WasRefused(f"Invalid 'Accept' header. Expected one of: {', '.join(names)}", status=406)
    return best


def _quality(part: str) -> tuple[str, float]:
    name, _, quality = part.strip().partition(";q=")
    try:
        return name.strip(), float(quality) if quality else 1.0
    except ValueError:
        return name.strip(), 0.0


def records_offered() -> tuple[str, ...]:
    """Return the shapes in which records are to be had."""
    dialects = (JSON, NATIVE, old.MIMETYPE) if _old_dialect() else (JSON, NATIVE)
    return (*dialects, *(m for m in _exports if m not in dialects))


def _old_dialect() -> bool:
    """Tell whether plain JSON is Zenodo's own."""
    return bool(current_app.extensions["zenodo_jupyter.localrepo"].flavour.old_dialect)


def _is_old(shape: str) -> bool:
    return shape == old.MIMETYPE or (shape == JSON and _old_dialect())


def answer(
    data: Any, status: int = 200, *, offered: Iterable[str] = PLAIN, revision: int | None = None, location: str = ""
) -> Response:
    """Answer with JSON in the shape that the client accepts."""
    response = as_json(data, status, negotiate(offered))
    if revision is not None:
        response.set_etag(str(revision))
    if location:
        response.headers["Location"] = location
    return response


def answer_record(data: dict[str, Any], status: int = 200) -> Response:
    """Answer with a draft or a record, in JSON or one of the exports."""
    shape = negotiate(records_offered())
    if shape in _exports:
        write, content_type = _exports[shape]
        response = Response(write(data), status, content_type=content_type)
    else:
        response = as_json(old.to_json(data) if _is_old(shape) else data, status, shape)
    response.set_etag(str(data["revision_id"]))
    if request.method in ("GET", "HEAD"):
        response.make_conditional(request)
    return response


def answer_found(found: dict[str, Any], shape: str) -> Response:
    """Answer with a page of records, in the shape that was negotiated."""
    return as_json(old.search_to_json(found) if _is_old(shape) else found, 200, shape)


def as_json(data: Any, status: int = 200, mimetype: str = JSON) -> Response:
    """Return data as JSON; ``?prettyprint=1`` indents it."""
    pretty = request.args.get("prettyprint") == "1"
    text = json.dumps(data, ensure_ascii=False, indent=2 if pretty else None, separators=None if pretty else (",", ":"))
    return Response(text, status, content_type=mimetype)


def no_content() -> Response:
    """Answer that it is done."""
    return Response(status=204, content_type="text/html; charset=utf-8")


def no_route(error: HTTPException) -> Response | HTTPException:
    """Say in JSON what Werkzeug found wrong with a request to the API; leave the rest as it is."""
    if not request.path.startswith("/api/") or error.code is None:
        return error
    # Werkzeug's own words, as the real one has them too; without "status" in front.
    response = as_json({"message": error.description, "status": error.code}, error.code)
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def answer_errors(app: Flask) -> None:
    """Turn errors into the real one's bodies, and add the headers that every API answer carries."""

    @app.errorhandler(ZenodoJupyterError)
    def refused(error: ZenodoJupyterError) -> Response:
        if error.status == 500:  # a crash of the real one that is played; Werkzeug has the words
            return as_json({"message": InternalServerError.description, "status": 500}, 500)
        data: dict[str, Any] = {"status": error.status, "message": _text(error)}
        if errors := getattr(error, "errors", ()):
            data["errors"] = [e.to_json() for e in errors]
        if tombstone := getattr(error, "tombstone", None):
            data["tombstone"] = tombstone
        return as_json(data, error.status)

    app.register_error_handler(HTTPException, no_route)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in _SECURITY.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Content-Security-Policy", "default-src 'none'; sandbox")
            if "actor" in g and g.actor.user:
                response.headers["X-User-ID"] = str(g.actor.user.id)
        return response


def _text(error: ZenodoJupyterError) -> str:
    """Return what an error says; what to try stands behind it where the real one says nothing as good."""
    return f"{error.message} {error.hint}".strip() if error.status in (400, 507) and error.hint else error.message
