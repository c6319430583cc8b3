"""What came down: zips of ours laid out again, and the record's own list of checksums compared. Both are a stranger's work."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from .errors import BadInput, DiskFull, Mismatch, NeedsConsent
from .names import clashes, safe_join
from .receiving import check_room

#: More files than this in one zip are not laid out: a small zip can hold millions of empty ones.
MAX_FILES = 100_000
#: Bytes: a longer list of files in a zip is not read; 100,000 names of two hundred letters have 25 MB.
MAX_LIST = 30_000_000
#: The end of a zip, with the longest comment that it can have, in bytes.
_END = 22 + 0xFFFF
#: A zip that becomes more than a GB, and so many times its own size, is not laid out: 42 kB can hold petabytes. Tables and
#: text shrink to a tenth; only what is nearly all zeros shrinks to less than a hundredth.
MAX_GROWTH, ALWAYS_FINE = 100, 10**9
MANIFEST = "manifest-sha256.txt"
_BLOCK = 1 << 20


@contextlib.contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open a stranger's zip: one that holds too much is refused before its list is read, and damage comes out in words."""
    try:
        _refuse_crowd(archive)
        with zipfile.ZipFile(archive) as zipped:
            yield zipped
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Mismatch(
            f"{archive.name} is damaged and cannot be unpacked ({error}).", "Get the record again."
        ) from error


def names(archive: Path) -> list[str]:
    """Return what a zip holds, in its order.

    Raises
    ------
    BadInput
        When there is too much in it to be laid out.
    Mismatch
        When it is damaged.
    """
    with _opened(archive) as zipped:
        return zipped.namelist()


def links(archive: Path) -> list[str]:
    """Return the links in a zip, which `unpack` leaves out: they could lead anywhere; see `names` for the errors."""
    with _opened(archive) as zipped:
        return [info.filename for info in zipped.infolist() if _is_link(info)]


def unpack(archive: Path, folder: Path) -> list[Path]:
    """Lay out a zip but for links in it; a file that is there already with the same content stays.

    Parameters
    ----------
    archive : Path
        The zip.
    folder : Path
        Where to, made if it is not there; nothing is written outside it.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    UnsafeName, BadInput
        When a name would leave the folder or is not that of a plain file, there are too many, or they would become very much
        larger than the zip. Nothing is written then.
    NeedsConsent
        When another file of that name is there. Nothing is written then.
    DiskFull
        When there is not enough room for the sizes that the zip declares. Nothing is written then.
    Mismatch
        When the zip is damaged, or holds more than it declares.
    """
    with _opened(archive) as zipped:
        targets = _targets(zipped, archive.name, folder)
        _refuse_bomb(archive, sum(info.file_size for info in targets))
        todo = {info: path for info, path in targets.items() if not _is_there(info, path)}
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder, sum(info.file_size for info in todo))
        for info, path in todo.items():
            _extract(zipped, info, path)
        return list(targets.values())


def take_out(archive: Path, name: str, sha256: str, target: Path) -> bool:
    """Lay one file of a zip out, its checksum compared; return whether the zip holds it.

    Parameters
    ----------
    archive : Path
        The zip.
    name : str
        The file's name in it.
    sha256 : str
        What its bytes must have.
    target : Path
        Where it goes; a file that is there is replaced.

    Raises
    ------
    BadInput, Mismatch, DiskFull
        As for `unpack`.
    """
    with _opened(archive) as zipped:
        if name not in zipped.NameToInfo:
            return False
        info = zipped.getinfo(name)
        _refuse_bomb(archive, info.file_size)
        check_room(target.parent, info.file_size)
        _extract(zipped, info, target)
    if _sha256(target) != sha256:
        target.unlink()
        raise Mismatch(f"{name} in {archive.name} is not what the record's list of checksums says; it was thrown away.")
    return True


def listed(manifest: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that a record's list of checksums names."""
    return {name: digest for digest, name in _listed(manifest.read_text("utf-8", "replace"))}


def check_manifest(folder: Path) -> tuple[list[str], list[str]]:
    """Compare the files in a folder with the record's own list of checksums, if it has one.

    Parameters
    ----------
    folder : Path
        Where the record's files are.

    Returns
    -------
    compared : list of str
        Names of the files that were compared and are right.
    absent : list of str
        Names that are listed and not there.

    Raises
    ------
    Mismatch
        When a file is another one than is listed.
    """
    compared: list[str] = []
    absent: list[str] = []
    path = folder / MANIFEST
    if not path.is_file():
        return compared, absent
    for digest, name in _listed(path.read_text("utf-8", "replace")):
        target = safe_join(folder, name)
        if not target.is_file():
            absent.append(name)
        elif _sha256(target) != digest:
            raise Mismatch(
                f"{name} came as the repository has it, but {MANIFEST} in the same record lists another checksum.",
                "Ask the authors which of the two is meant.",
            )
        else:
            compared.append(name)
    return compared, absent


def _targets(zipped: zipfile.ZipFile, name: str, folder: Path) -> dict[zipfile.ZipInfo, Path]:
    """Decide where every file goes, before the first is written."""
    files = [info for info in zipped.infolist() if not info.is_dir() and not _is_link(info)]
    if len(files) > MAX_FILES:
        raise BadInput(
            f"{name} holds {len(files):,} files; it was not unpacked.", "Unpack it yourself if you trust it."
        )
    for info in files:
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise BadInput(f"{info.filename!r} in {name} is a device; nothing was unpacked.")
    for one, other in clashes([info.filename for info in files]):
        raise BadInput(f"{one!r} and {other!r} in {name} cannot be side by side in a folder; nothing was unpacked.")
    return {info: safe_join(folder, info.filename) for info in files}


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _refuse_crowd(archive: Path) -> None:
    """Refuse a zip of very many files before its list is read, which takes a kB of memory for each.

    The end of a zip says how many there are and how long the list is (APPNOTE.TXT 4.3.14 to 4.3.16); who lies about the first
    is held to the second.
    """
    with open(archive, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _END))
        end = file.read()
        at = end.rfind(b"PK\x05\x06")
        if at < 0 or len(end) < at + 22:
            return  # no zip, which zipfile says
        count, length = struct.unpack_from("<HI", end, at + 10)
        locator = start + at - 20
        if (count == 0xFFFF or length == 0xFFFFFFFF) and locator >= 0:
            file.seek(locator)
            signature, _, place = struct.unpack("<4sIQ", file.read(16))
            if signature == b"PK\x06\x07" and place < size:
                file.seek(place + 32)
                large = file.read(16)
                count, length = struct.unpack("<QQ", large) if len(large) == 16 else (count, length)
    if count > MAX_FILES or length > MAX_LIST:
        many = f"{count:,}" if count > MAX_FILES else "very many"
        raise BadInput(
            f"{archive.name} holds {many} files; it was not unpacked.", "Unpack it yourself if you trust it."
        )


def _refuse_bomb(archive: Path, size: int) -> None:
    """Refuse a zip that becomes very much larger; `_extract` sees to it that none becomes larger than it declares."""
    if size > ALWAYS_FINE and size > MAX_GROWTH * archive.stat().st_size:
        raise BadInput(
            f"{archive.name} is {archive.stat().st_size / 1e6:,.1f} MB and would become {size / 1e9:,.1f} GB; it was not "
            "unpacked.",
            "Unpack it yourself if you trust it.",
        )


def _is_there(info: zipfile.ZipInfo, path: Path) -> bool:
    if not os.path.lexists(path):
        return False
    if path.is_file() and not path.is_symlink() and path.stat().st_size == info.file_size:
        crc = 0
        for block in _blocks(path):
            crc = zlib.crc32(block, crc)
        if crc == info.CRC:
            return True
    raise NeedsConsent(
        f"{path} is there, and is not what the record has. Nothing was unpacked.",
        "Choose an empty folder, or move that file away.",
    )


def _extract(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Write one file beside its place and swap it in; never more than it declares (zipfile then compares the CRC)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name[:50]}.part-{secrets.token_hex(6)}")
    try:
        with zipped.open(info) as source, open(part, "xb") as target:
            left = info.file_size
            while block := source.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    break
                target.write(block)
        if left:
            raise zipfile.BadZipFile(f"{info.filename} has not the size that it declares")
        os.replace(part, path)
    except OSError as error:
        raise DiskFull(f"{path.name} could not be written ({error.strerror}).", "Make room and try again.") from error
    finally:
        part.unlink(missing_ok=True)


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Read lines of sha256sum; a backslash before the checksum says that the name is escaped."""
    for line in text.splitlines():
        match = re.fullmatch(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)", line)
        if match:
            name = match[3]
            if match[1]:
                name = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), name)
            yield match[2].lower(), name


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            yield block
