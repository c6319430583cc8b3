"""OAI-PMH 2.0 at ``/oai2d``, answered as Zenodo and InvenioRDM do where they differ from the letter (``DIFFERENCES.md``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from ..errors import AccessDenied
from . import access, harvesting
from .api import here
from .database import now
from .formats import datacite, dublincore, marcxml, xmltext
from .harvesting import PAGE, BadToken, Wish
from .native import View
from .versions import Version

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

blueprint = Blueprint("oaipmh", __name__)

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_OAI_DATACITE = "http://schema.datacite.org/oai/oai-1.1/"
_DATACITE_XSD = f"http://schema.datacite.org/meta/kernel-{datacite.VERSION}/metadata.xsd"
#: What a verb may be asked with, and what it has to be; ``resumptionToken`` takes the place of everything.
_LIST = frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"})
_ARGUMENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset({"identifier"}), frozenset()),
    "ListSets": (frozenset({"resumptionToken"}), frozenset()),
    "ListIdentifiers": (_LIST, frozenset({"metadataPrefix"})),
    "ListRecords": (_LIST, frozenset({"metadataPrefix"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class Refused(Exception):
    """An error of the protocol: its code, and what is said."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


def _in_envelope(record: dict[str, Any]) -> Element:
    from lxml import etree

    root = etree.Element(
        f"{{{_OAI_DATACITE}}}oai_datacite",
        {xmltext.SCHEMA_LOCATION: f"{_OAI_DATACITE} {_OAI_DATACITE}oai.xsd"},
        nsmap={None: _OAI_DATACITE, "xsi": xmltext.XSI},
    )
    xmltext.add(root, _OAI_DATACITE, "schemaVersion", datacite.VERSION)
    xmltext.add(root, _OAI_DATACITE, "datacentreSymbol", "LOCAL")
    xmltext.add(root, _OAI_DATACITE, "payload").append(datacite.element(record))
    return root


#: The formats: schema, namespace, and what makes the element. The names with numbers are what older harvesters ask for.
FORMATS: dict[str, tuple[str, str, Callable[[dict[str, Any]], Any]]] = {
    "oai_dc": (dublincore.SCHEMA, dublincore.NAMESPACE, dublincore.element),
    "marcxml": (marcxml.SCHEMA, marcxml.NAMESPACE, marcxml.element),
    "marc21": (marcxml.SCHEMA, marcxml.NAMESPACE, marcxml.element),
    "datacite": (_DATACITE_XSD, datacite.SCHEMA_VERSION, datacite.element),
    "datacite4": (_DATACITE_XSD, datacite.SCHEMA_VERSION, datacite.element),
    "oai_datacite": (f"{_OAI_DATACITE}oai.xsd", _OAI_DATACITE, _in_envelope),
    "oai_datacite4": (f"{_OAI_DATACITE}oai.xsd", _OAI_DATACITE, _in_envelope),
}


@blueprint.route("/oai2d", methods=["GET", "POST"])
def answer() -> Response:
    """Answer one of the six verbs; errors come with 422, as on Zenodo."""
    from lxml import etree

    root = etree.Element(
        f"{{{NAMESPACE}}}OAI-PMH",
        {xmltext.SCHEMA_LOCATION: f"{NAMESPACE} {NAMESPACE}OAI-PMH.xsd"},
        nsmap={None: NAMESPACE, "xsi": xmltext.XSI},
    )
    _add(root, "responseDate", _stamp(now()))
    said: dict[str, str] = {name: value for name, value in request.values.items() if name != "access_token"}
    status, asked = 200, _add(root, "request", f"{here.view().links.site}/oai2d")
    try:
        verb = _checked(said)
        body = etree.Element(f"{{{NAMESPACE}}}{verb}")
        _VERBS[verb](body, said)
        root.append(body)
        for name, value in said.items():
            asked.set(name, xmltext.clean(value))
    except Refused as refusal:
        status = 422
        _add(root, "error", str(refusal), code=refusal.code)
    return Response(xmltext.write(root), status, content_type="text/xml")


def _checked(said: dict[str, str]) -> str:
    verb = said.get("verb", "")
    if not verb:
        raise Refused("badVerb", "Missing data for required field.")
    if verb not in _ARGUMENTS:
        raise Refused("badArgument", f"This is not a valid OAI-PMH verb:{verb}")
    allowed, needed = _ARGUMENTS[verb]
    given = set(said) - {"verb"}
    if given - allowed or ("resumptionToken" in given and len(given) > 1):
        raise Refused("badArgument", "You have passed too many arguments.")
    if "resumptionToken" not in given and needed - given:
        raise Refused("badArgument", "Missing data for required field.")
    if "metadataPrefix" in given and said["metadataPrefix"] not in FORMATS:
        raise Refused("badArgument", "metadataPrefix does not exist")
    return verb


def _identify(body: Element, said: dict[str, str]) -> None:
    actor = here.actor()
    for name, value in (
        ("repositoryName", f"Embedded repository {actor.store.uuid[:8]}"),
        ("baseURL", f"{here.view().links.site}/oai2d"),
        ("protocolVersion", "2.0"),
        ("adminEmail", actor.store.owner.email),
        ("earliestDatestamp", _stamp(harvesting.earliest(actor.db))),
        ("deletedRecord", "no"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(body, name, value)


def _list_formats(body: Element, said: dict[str, str]) -> None:
    if "identifier" in said:
        _record(said["identifier"])
    for prefix, (schema, namespace, _) in FORMATS.items():
        known = _add(body, "metadataFormat")
        for name, value in (("metadataPrefix", prefix), ("schema", schema), ("metadataNamespace", namespace)):
            _add(known, name, value)


def _list_sets(body: Element, said: dict[str, str]) -> None:
    actor = here.actor()
    every = list(harvesting.sets(actor))
    wish = _resumed(said) or Wish("ListSets", "", total=len(every))
    for spec, title in every[wish.cursor : wish.cursor + PAGE]:
        one = _add(body, "set")
        _add(one, "setSpec", spec)
        _add(one, "setName", title)
    done = wish.cursor + PAGE
    _more(body, wish.cursor, len(every), replace(wish, cursor=done) if done < len(every) else None)


def _list_records(body: Element, said: dict[str, str]) -> None:
    actor = here.actor()
    wish = _resumed(said)
    if wish is None:
        since, until = _time(said.get("from")), _time(said.get("until"))
        if since and until and since > until:
            raise Refused("badArgument", 'Date "from" must be before "until".')
        # Stamps are told in whole seconds, so the last one counts to its end.
        before = _text(until + timedelta(seconds=1)) if until else ""
        wish = Wish(said["verb"], said["metadataPrefix"], said.get("set", ""), _text(since) if since else "", before)
        wish = harvesting.begin(actor, wish)
    page = harvesting.tell(actor, wish)
    if not page.records and not wish.cursor:
        raise Refused("noRecordsMatch")
    view = _for_everybody()
    for version, changed in page.records:
        if wish.verb == "ListRecords":
            _add_record(body, view, version, changed, wish.prefix)
        else:
            _add_header(body, version, changed)
    _more(body, page.cursor, page.total, page.rest)


def _get_record(body: Element, said: dict[str, str]) -> None:
    version = _record(said["identifier"])
    changed = harvesting.changed(here.actor().db, version)
    _add_record(body, here.view(), version, changed, said["metadataPrefix"])


_VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "ListIdentifiers": _list_records,
    "ListRecords": _list_records,
    "GetRecord": _get_record,
}


def _record(identifier: str) -> Version:
    """Return the record that is meant, if the one who asks may see it."""
    actor = here.actor()
    found = harvesting.find(actor.db, identifier)
    try:
        if found is not None:
            access.require(access.may_read(actor.db, actor.reader, found))
            return found
    except AccessDenied:
        pass  # whether there is one is not said
    raise Refused("idDoesNotExist", "No matching identifier")


def _for_everybody() -> View:
    """Return how a stranger sees the store: lists are the same for everybody."""
    view = here.view()
    return View(replace(view.actor, user=None, link=None), view.links)


def _add_record(body: Element, view: View, version: Version, changed: str, prefix: str) -> None:
    record = _add(body, "record")
    _add_header(record, version, changed)
    _add(record, "metadata").append(FORMATS[prefix][2](view.version(version)))


def _add_header(body: Element, version: Version, changed: str) -> None:
    header = _add(body, "header")
    _add(header, "identifier", version.document["pids"]["oai"]["identifier"])
    _add(header, "datestamp", _stamp(changed))
    for spec in harvesting.sets_of(here.actor(), version):
        _add(header, "setSpec", spec)


def _resumed(said: dict[str, str]) -> Wish | None:
    if "resumptionToken" not in said:
        return None
    try:
        return harvesting.from_token(here.actor(), said["resumptionToken"], said["verb"])
    except BadToken as error:
        raise Refused("badResumptionToken", str(error)) from error


def _more(body: Element, cursor: int, total: int, rest: Wish | None) -> None:
    """Say how to go on; the last part of several says that it is the last."""
    if rest is None and not cursor:
        return
    said = {"cursor": str(cursor), "completeListSize": str(total)}
    if rest is None:
        _add(body, "resumptionToken", **said)
        return
    until = datetime.now(timezone.utc) + timedelta(seconds=harvesting.TOKEN_SECONDS)
    _add(body, "resumptionToken", harvesting.to_token(here.actor(), rest), expirationDate=_text(until) + "Z", **said)


def _time(said: str | None) -> datetime | None:
    """Read a day, which stands for its first moment on Zenodo, or a second."""
    if said is None:
        return None
    try:
        if _DAY.fullmatch(said):
            return datetime.strptime(said, "%Y-%m-%d")
        if _SECOND.fullmatch(said):
            return datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        pass
    raise Refused("badArgument", "Not a valid datetime.")


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def _stamp(time: str) -> str:
    """Write one of our times in the granularity that is told."""
    return f"{time[:19]}Z"


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    return xmltext.add(parent, NAMESPACE, name, text, **attributes)
