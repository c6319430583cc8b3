"""Part files: what came so far of files that are on their way here, beside where they will be."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from .records import FileEntry

#: Seconds after which a part file that nobody went on with is taken away.
STALE_AFTER = 7 * 24 * 3600.0
_PART = re.compile(r"\..+\.part-([0-9a-f]{32}|[0-9a-f]{12})(\.lock)?", re.DOTALL)


def part_of(entry: FileEntry, target: Path) -> Path | None:
    """Return the part file of a target; its name says which bytes it is of. None if the repository does not tell."""
    return _beside(target, entry.md5) if entry.md5 else None


@contextlib.contextmanager
def claimed(entry: FileEntry, target: Path) -> Iterator[tuple[Path, bool]]:
    """Yield a part file that nobody else writes to, and whether another call could go on with it.

    If another process is bringing the same bytes to the same place, each brings its own.
    """
    part = part_of(entry, target)
    if part is not None:
        lock = FileLock(f"{part}.lock", blocking=False)
        with contextlib.suppress(OSError, NotImplementedError, Timeout):  # some network disks have no locks
            lock.acquire()
        if lock.is_locked:
            try:
                yield part, True
            finally:
                with contextlib.suppress(OSError):  # before it is let go of: afterwards it may be another's
                    Path(lock.lock_file).unlink(missing_ok=True)
                lock.release()
            return
    yield _beside(target, secrets.token_hex(6)), False


def sweep(folder: Path, wanted: Collection[Path]) -> None:
    """Take away the part files in a folder that were left long ago, but for those that are wanted now."""
    with contextlib.suppress(OSError):  # it is a courtesy
        for path in folder.iterdir():
            old = _PART.fullmatch(path.name) and path not in wanted and path.stat().st_mtime < time.time() - STALE_AFTER
            if old and path.is_file():
                path.unlink()


def _beside(target: Path, mark: str) -> Path:
    return target.with_name(f".{target.name[:50]}.part-{mark}")  # file systems take names of 255 bytes
