"""Pack groups of files into zips where a record cannot hold them one by one.

The same files always give the same bytes, so that a new version need not send a group in which nothing changed: names are
sorted, times and modes fixed. (Another version of zlib may compress otherwise; then a group is sent once more.)
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .bundlefile import BundleFile, Limits
from .errors import BadInput, DiskFull

if TYPE_CHECKING:
    from .bundle import Bundle

#: Tells our zips, which are unpacked beside the notebook, from those that a person put in.
COMMENT = b"zenodo_jupyter: unpack beside the notebook"
# Roles that may go into a zip, and its name; the small files that explain a record stay loose, for people to see.
_ARCHIVES = {"data": "data", "output": "outputs"}
# Level 1 of deflate: six times as fast as level 6, and a fifth larger (measured on CSV).
_LEVEL = 1
_BLOCK = 1 << 20
#: Compressed already, so that trying again costs time and gains nothing.
_STORED = frozenset(
    {
        ".7z",
        ".avi",
        ".bz2",
        ".flac",
        ".gif",
        ".gz",
        ".jp2",
        ".jpeg",
        ".jpg",
        ".lz4",
        ".mkv",
        ".mov",
        ".mp3",
        ".mp4",
        ".npz",
    }
    | {
        ".ogg",
        ".parquet",
        ".feather",
        ".pdf",
        ".png",
        ".rar",
        ".tgz",
        ".webm",
        ".webp",
        ".whl",
        ".xlsx",
        ".xz",
        ".zip",
        ".zst",
    }
)


def pack(bundle: Bundle, limits: Limits, folder: Path | None = None) -> Bundle:
    """Return the bundle as the record can hold it, unchanged if it can.

    Empty files go into a zip where they are refused loose. While there are too many files, the larger group of data and
    outputs goes into ``data.zip`` or ``outputs.zip``. The notebook and the small files about the record stay loose.

    Parameters
    ----------
    bundle : Bundle
        All the files.
    limits : Limits
        What the record may hold.
    folder : Path, optional
        Where the zips are made; without it in a temporary folder that goes away with them.

    Raises
    ------
    BadInput
        When the files cannot be brought within the limits.
    DiskFull
        When there is no room for the zips.
    """
    groups = _groups(bundle, limits)
    if not groups:
        return bundle
    inside = {id(file) for files in groups.values() for file in files}
    loose = [file for file in bundle.files if id(file) not in inside]
    taken = {file.key for file in loose}
    archives = [_archive(role, files, taken, folder) for role, files in sorted(groups.items())]
    return replace(bundle, files=(*loose, *archives))


def is_packed(path: Path) -> bool:
    """Tell whether a file is a zip that `pack` made."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return archive.comment == COMMENT


def _groups(bundle: Bundle, limits: Limits) -> dict[str, list[BundleFile]]:
    """Choose what goes into zips, by role."""
    groups: dict[str, list[BundleFile]] = defaultdict(list)
    if not limits.allow_empty:
        for file in bundle.files:
            if file.size == 0:
                groups[file.role if file.role in _ARCHIVES else "data"].append(file)
    while limits.max_files is not None:
        loose = len(bundle.files) - sum(map(len, groups.values()))
        excess = loose + len(groups) - limits.max_files
        if excess <= 0:
            break
        whole = {role: [file for file in bundle.files if file.role == role] for role in _ARCHIVES}
        left = {role: len(files) - len(groups.get(role, ())) for role, files in whole.items()}
        role = max(left, key=lambda name: left[name])
        if left[role] < 2:
            raise BadInput(
                f"There are {len(bundle.files)} files, a record may hold {limits.max_files}, and packing data and outputs into "
                f"zips still leaves {excess} too many.",
                "Leave some out with an exclude pattern.",
            )
        others = [file for file in groups.get(role, ()) if file.role != role]
        groups[role] = [*whole[role], *others]
    return groups


def _archive(role: str, files: list[BundleFile], taken: set[str], folder: Path | None) -> BundleFile:
    """Make one zip and return it as a file of the bundle."""
    name, number = f"{_ARCHIVES[role]}.zip", 2
    while name in taken:
        name, number = f"{_ARCHIVES[role]}-{number}.zip", number + 1
    place = folder or Path(tempfile.mkdtemp(prefix="zenodo_jupyter-"))
    try:
        _write(place / name, sorted(files, key=lambda file: file.key))
    except OSError as error:
        (place / name).unlink(missing_ok=True)
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull(f"There is no room in {place} to pack {name}.", "Free some space and try again.") from error
    finally:
        if folder is None and not (place / name).exists():
            shutil.rmtree(place, ignore_errors=True)
    one = "1 file" if len(files) == 1 else f"{len(files)} files"
    packed = BundleFile(name, "archive", f"holds {one} that the record cannot hold one by one", path=place / name)
    if folder is None:
        weakref.finalize(packed, shutil.rmtree, place, ignore_errors=True)
    return packed


def _write(path: Path, files: list[BundleFile]) -> None:
    with zipfile.ZipFile(path, "w", compresslevel=_LEVEL) as archive:
        archive.comment = COMMENT
        for file in files:
            with file.open() as source:
                first = source.read(_BLOCK)
                archive.compression = zipfile.ZIP_DEFLATED if _shrinks(file.key, first) else zipfile.ZIP_STORED
                # Names given as text get the time 1980-01-01, the zip format's first.
                with archive.open(file.key, "w", force_zip64=file.size >= 1 << 31) as target:
                    target.write(first)
                    shutil.copyfileobj(source, target, _BLOCK)
            # As on Unix, whatever it runs on: a plain file that everyone may read.
            archive.filelist[-1].create_system = 3
            archive.filelist[-1].external_attr = 0o100644 << 16


def _shrinks(key: str, first: bytes) -> bool:
    """Tell whether compressing is worth the time, by the suffix and by trying on the first MiB."""
    if PurePosixPath(key).suffix.lower() in _STORED or not first:
        return False
    return len(zlib.compress(first, _LEVEL)) < 0.95 * len(first)
