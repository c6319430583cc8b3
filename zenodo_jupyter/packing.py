"""Pack groups of files into zips where a record cannot hold them one by one.

The same files always give the same bytes, so that a new version need not send a group in which nothing changed: names are
sorted, times and modes fixed. (Another version of zlib may compress otherwise; then a group is sent once more.) A zip is
never on disk nor in memory: it is made while it is sent. How long it will be and its md5 are found by making it once for
nothing, which is also when its files are hashed; a compressed length cannot be known otherwise.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from .bundlefile import BLOCK, DIGESTS, BundleFile, Limits
from .errors import BadInput
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .bundle import Bundle

#: Tells our zips, which are unpacked beside the notebook, from those that a person put in.
COMMENT = b"zenodo_jupyter: unpack beside the notebook"
# Roles that may go into a zip, and its name; the small files that explain a record stay loose, for people to see.
_ARCHIVES = {"data": "data", "output": "outputs"}
# Level 1 of deflate: six times as fast as level 6, and a fifth larger (measured on CSV).
_LEVEL = 1
# The share of a file's first block that compressing is tried on, and the least bytes that tell: tried on all of a small file
# it takes longer than reading and hashing that, and noise longer than text.
_SHARE, _LEAST = 16, 1 << 10
#: Compressed already, so that trying again costs time and gains nothing.
_STORED = frozenset({
    ".7z", ".avi", ".bz2", ".feather", ".flac", ".gif", ".gz", ".jp2", ".jpeg", ".jpg", ".lz4", ".mkv", ".mov", ".mp3", ".mp4",
    ".npz", ".ogg", ".parquet", ".pdf", ".png", ".rar", ".tgz", ".webm", ".webp", ".whl", ".xlsx", ".xz", ".zip", ".zst",
})  # fmt: skip


def pack(bundle: Bundle, limits: Limits, report: Report = silent) -> Bundle:
    """Return the bundle as the record can hold it, unchanged if it can.

    Empty files go into a zip where they are refused loose. While there are too many files, the larger group of data and
    outputs goes into ``data.zip`` or ``outputs.zip``. The notebook and the small files about the record stay loose.

    Parameters
    ----------
    bundle : Bundle
        All the files.
    limits : Limits
        What the record may hold.
    report : Report
        Is told the bytes that were looked at; it may stop.

    Raises
    ------
    BadInput
        When the files cannot be brought within the limits.
    ChangedMeanwhile
        When one of them is not as it was when it was put in.
    """
    groups = _groups(bundle, limits)
    if not groups:
        return bundle
    inside = {id(file) for files in groups.values() for file in files}
    loose = [file for file in bundle.files if id(file) not in inside]
    taken = {file.key for file in loose}
    archives = [_archive(role, files, taken, report) for role, files in sorted(groups.items())]
    return replace(bundle, files=(*loose, *archives))


def outlook(bundle: Bundle, limits: Limits, others: int = 0) -> dict[str, list[str]]:
    """Return which zips `pack` would make and the names of the files in each, without reading any.

    Parameters
    ----------
    bundle : Bundle
        The files that are known.
    limits : Limits
        What the record may hold.
    others : int
        How many more files there will be, which stay loose.
    """
    room = None if limits.max_files is None else limits.max_files - others
    try:
        groups = _groups(bundle, replace(limits, max_files=room))
    except BadInput:  # told when it is published, with what can be done
        return {}
    inside = {id(file) for files in groups.values() for file in files}
    taken = {file.key for file in bundle.files if id(file) not in inside}
    return {_name(role, taken): sorted(file.key for file in files) for role, files in sorted(groups.items())}


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


def _name(role: str, taken: set[str]) -> str:
    name, number = f"{_ARCHIVES[role]}.zip", 2
    while name in taken:
        name, number = f"{_ARCHIVES[role]}-{number}.zip", number + 1
    return name


def _archive(role: str, files: list[BundleFile], taken: set[str], report: Report) -> BundleFile:
    """Return a zip as a file of the bundle, its length and md5 known."""
    name = _name(role, taken)
    ordered = sorted(files, key=lambda file: file.key)
    total = sum(file.size for file in ordered)

    def say(key: str, done: int) -> None:
        report(Progress("stamp", f"Packing {name}", done, total, "B", key))

    length, md5 = 0, hashlib.md5(usedforsecurity=False)
    for block in _zip(ordered, say):
        length += len(block)
        md5.update(block)
    one = "1 file" if len(files) == 1 else f"{len(files)} files"
    reason = f"holds {one} that the record cannot hold one by one"
    packed = BundleFile(name, "archive", reason, stream=partial(_opened, ordered), length=length)
    packed.learn(md5=md5.hexdigest())
    return packed


def _zip(
    files: Sequence[BundleFile], say: Callable[[str, int], None] = lambda key, done: None
) -> Generator[bytes, None, None]:
    """Make a zip, piece by piece.

    Parameters
    ----------
    files : sequence of BundleFile
        In this order; they are hashed on the way, where that was not done yet.
    say : callable
        Is told which file it is at, and the bytes that were read of all.
    """
    sink, done = _Sink(), 0
    with zipfile.ZipFile(cast(BinaryIO, sink), "w", compresslevel=_LEVEL) as archive:
        archive.comment = COMMENT
        for file in files:
            with contextlib.closing(file.open(*DIGESTS)) as source:
                block = source.read(BLOCK)
                archive.compression = zipfile.ZIP_DEFLATED if _shrinks(file.key, block) else zipfile.ZIP_STORED
                # Names given as text get the time 1980-01-01, the zip format's first.
                with archive.open(file.key, "w", force_zip64=file.size >= 1 << 31) as target:
                    while block:
                        done += len(block)
                        say(file.key, done)
                        target.write(block)
                        yield sink.take()
                        block = source.read(BLOCK)
            # As on Unix, whatever it runs on: a plain file that everyone may read.
            archive.filelist[-1].create_system = 3
            archive.filelist[-1].external_attr = 0o100644 << 16
    yield sink.take()


class _Sink:
    """What a zip is written to: it cannot go back, and gives away what it got."""

    def __init__(self) -> None:
        self._got: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._got.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing; a file has it."""

    def take(self) -> bytes:
        got, self._got = b"".join(self._got), []
        return got


class _Zipped:
    """A zip as a stream."""

    def __init__(self, files: Sequence[BundleFile]) -> None:
        self._blocks = _zip(files)
        self._rest = bytearray()

    def read(self, amount: int = -1) -> bytes:
        while amount < 0 or len(self._rest) < amount:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        end = len(self._rest) if amount < 0 else amount
        given = bytes(memoryview(self._rest)[:end])
        del self._rest[:end]
        return given

    def close(self) -> None:
        self._blocks.close()

    def __enter__(self) -> _Zipped:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _opened(files: Sequence[BundleFile]) -> BinaryIO:
    return cast(BinaryIO, _Zipped(files))


def _shrinks(key: str, first: bytes) -> bool:
    """Tell whether compressing is worth the time, by the suffix and by trying on a part of the first block."""
    if PurePosixPath(key).suffix.lower() in _STORED or not first:
        return False
    tried = max(len(first) // _SHARE, _LEAST)
    middle = max((len(first) - tried) // 2, 0)  # many formats begin with a header that says nothing of the rest
    sample = first[middle : middle + tried]
    # Of so few different bytes each takes six bits at most, so that text need not be tried.
    return len(set(sample)) <= 64 or len(zlib.compress(sample, _LEVEL)) < 0.95 * len(sample)
