"""Records as bags (BagIt, RFC 8493): folders that outlive this software, as they need none to be read.

A bag has the files of one version under ``data/files``, what is said of it under ``data/metadata`` (InvenioRDM's JSON,
DataCite's JSON and XML, and which file has which name), and checksums of all of it. The library of those
who made BagIt writes them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadInput, RecordNotFound
from ..keeping import in_words
from . import citation, entries, identifiers, versions
from .actor import Actor
from .flavours import Flavour, Switches
from .formats import datacite
from .links import Links
from .native import View
from .retention import copy_blob
from .store import Store
from .versions import Version

# What Windows, or a shell, would not take in a name; and dots that would leave the folder.
_UNFIT = re.compile(r'[\x00-\x1f<>:"|?*\\%]|^\.+$|[. ]$')


def export(store: Store, folder: Path, flavour: Flavour, number: int | None = None) -> Iterator[tuple[Path, bool]]:
    """Write one record, or every version of all, as bags into a folder.

    Parameters
    ----------
    store : Store
        The store, which may be in use.
    folder : Path
        Made if need be; each bag is a folder in it, named by the record's id.
    flavour : Flavour
        How ids are spelled.
    number : int, optional
        The id of one version.

    Yields
    ------
    bag : Path
        The folder of a bag that is complete.
    made : bool
        Whether it is new; one of the same state that is still whole stays as it is.

    Raises
    ------
    RecordNotFound
        When there is no such record.
    """
    view = _owners_view(store, flavour)
    where, values = ("AND id = ?", [number]) if number is not None else ("", [])
    rows = store.db.all(f"SELECT id FROM records WHERE deletion IS NULL {where} ORDER BY id", *values)
    if number is not None and not rows:
        raise RecordNotFound(f"There is no record {identifiers.spell(number, flavour.name)}.")
    for row in rows:
        record = versions.find_record(store.db, row["id"])
        if record is not None:
            yield _bag(view, record, Path(folder))


def _owners_view(store: Store, flavour: Flavour) -> View:
    """Return how the owner of the folder sees it, who may see all of it."""
    links = Links(f"{store.site_url}/api", store.site_url, flavour.name)
    return View(Actor(store, flavour, Switches(), store.owner), links)


def _bag(view: View, record: Version, folder: Path) -> tuple[Path, bool]:
    import bagit

    native = view.version(record)
    target = folder / str(native["id"])
    if _is_whole(target, native):
        return target, False
    if target.exists() and not (target / "bagit.txt").exists():
        raise BadInput(f"{target} is there and is no bag.", "Name an empty or a new folder.")
    beside = folder / f".{uuid.uuid4().hex}"
    with in_words(folder):
        try:
            _fill(view, record, native, beside)
            found = citation.doi(native)
            said = {
                "External-Identifier": str(found) if found else str(native["id"]),
                "External-Description": " ".join((native["metadata"].get("title") or "").split()),
                "Source-Organization": " ".join((native["metadata"].get("publisher") or "").split()),
                "Internal-Sender-Identifier": _state(native),
            }
            bagit.make_bag(str(beside), {k: v for k, v in said.items() if v}, checksums=["md5", "sha256", "sha512"])
            shutil.rmtree(target, ignore_errors=True)
            os.replace(beside, target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return target, True


def _fill(view: View, record: Version, native: dict[str, Any], folder: Path) -> None:
    """Write files and metadata, which the library then moves into the bag."""
    db, blobs, names = view.actor.db, view.actor.store.blobs, {}
    (folder / "metadata").mkdir(parents=True)
    for entry in entries.listing(db, record.bucket):
        if entry.blob is None or entry.status != "completed":
            continue
        name = fit_name(entry.key)
        names[entry.key] = {"path": f"data/files/{name}", "size": entry.size, "checksum": entry.checksum}
        path = folder / "files" / name
        copy_blob(blobs.path(entry.blob), path, entry.blob)
    for name, text in (
        ("record.json", _json(native)),
        ("datacite.json", datacite.json_text(native)),
        ("datacite.xml", datacite.xml_text(native)),
        ("files.json", _json(names)),
    ):
        (folder / "metadata" / name).write_text(text, encoding="utf-8")


def fit_name(key: str) -> str:
    """Return a relative path for the name of a file, which somebody else chose; folders stay.

    >>> fit_name("data/a b.csv"), fit_name("../../x"), fit_name("/etc/CON:?")
    ('data/a b.csv', '%2E%2E/%2E%2E/x', '%/etc/CON%3A%3F')
    """

    def written(part: str) -> str:
        fit = _UNFIT.sub(lambda found: "".join(f"%{ord(c):02X}" for c in found.group()), part)
        return fit or "%"

    return "/".join(written(part) for part in key.split("/"))


def _is_whole(folder: Path, native: dict[str, Any]) -> bool:
    """Tell whether there is a bag of this state of a record, in which every checksum is right."""
    import bagit

    try:
        bag = bagit.Bag(str(folder))
        return bag.info.get("Internal-Sender-Identifier") == _state(native) and bool(bag.is_valid())
    except bagit.BagError:
        return False


def _state(native: dict[str, Any]) -> str:
    return f"{native['id']} revision {native['revision_id']}"


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
