"""An open file as the body of an answer: what both doors put into ``wsgi.file_wrapper``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

#: Werkzeug's own blocks of 8 KiB make downloads six times slower.
BLOCK = 1 << 20


class FileWrapper:
    """A file that is read in large blocks, or handed to the kernel as a whole.

    Parameters
    ----------
    file : binary stream
        Where it stands is where the answer begins.
    block : int
        Bytes to a block.
    """

    def __init__(self, file: BinaryIO, block: int = BLOCK) -> None:
        self.file = file
        self.block = block

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        data = self.file.read(self.block)
        if not data:
            raise StopIteration
        return data

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most so many bytes."""
        return self.file.read(-1 if size is None else size)

    def seekable(self) -> bool:
        """Whether a part can be asked for."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to another place."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self.file.tell()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self.file.closed

    def flush(self) -> None:
        """Do nothing: there is nothing to write."""

    def close(self) -> None:
        """Close the file."""
        self.file.close()
