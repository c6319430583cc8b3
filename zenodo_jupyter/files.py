"""The files of drafts and records: list, begin, send, take away, bring."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .answers import read
from .api import SLOW, NativeAPI, key_path, segment
from .receiving import receive
from .records import FileEntry
from .report import Report, silent
from .sending import Sending, Source


class Files(NativeAPI):
    """The verbs of a `Repository` that are about files."""

    def list_files(self, record_id: str, draft: bool = True) -> tuple[FileEntry, ...]:
        """Return the files of a draft, or of a published record.

        Raises
        ------
        RecordNotFound
            When there is no such draft or record.
        AccessDenied
            When it or its files are not for everyone.
        """
        what = f"{'draft' if draft else 'record'} {record_id}"
        return self._entries(self.ask_json("GET", self._files(record_id, draft), what=what))

    def init_files(self, record_id: str, keys: Sequence[str]) -> dict[str, FileEntry]:
        """Begin files in a draft, all in one request; their content is to follow.

        Parameters
        ----------
        record_id : str
            The draft.
        keys : sequence of str
            Names with folders, new ones only.

        Returns
        -------
        dict
            Key to entry.

        Raises
        ------
        WasRefused
            When one of them is there already, or there would be too many. None is begun then.
        """
        return self.begin(record_id, [{"key": key} for key in keys]) if keys else {}

    def begin(self, record_id: str, bodies: Sequence[dict[str, Any]]) -> dict[str, FileEntry]:
        """Begin files in a draft as `init_files` does, with more said of each than its name.

        Parameters
        ----------
        record_id : str
            The draft.
        bodies : sequence of dict
            Native JSON: ``key``, ``size``, ``transfer``.
        """
        keys = [body["key"] for body in bodies]

        def begin() -> dict[str, FileEntry]:
            answer = self.ask_json(
                "POST", self._files(record_id), json=bodies, idempotent=False, what=f"draft {record_id}"
            )
            return self._chosen(self._entries(answer), keys)  # it answers with all the files of the draft

        def begun() -> dict[str, FileEntry] | None:
            there = self._chosen(self.list_files(record_id), keys)
            return there if len(there) == len(set(keys)) else None

        return self.settle(begin, begun)

    def upload(
        self,
        record_id: str,
        key: str,
        source: Source,
        *,
        size: int,
        md5: str | None = None,
        entry: FileEntry | None = None,
        report: Report = silent,
        cancel: threading.Event | None = None,
        in_parts: bool = True,
    ) -> FileEntry:
        """Send one file into a draft and check that it arrived as it is. A file that is there already is not sent again.

        Parameters
        ----------
        record_id, key : str
            The draft, and the file's name in it.
        source : Path or callable
            The file, or what opens it as a binary stream; opened anew for every try.
        size : int
            Bytes.
        md5 : str, optional
            Its 32 hex digits if they are known; they are computed while it is sent in any case.
        entry : FileEntry, optional
            What the draft has under this name, if that was just asked; it is asked otherwise.
        report : Report
            Is told the bytes of this file that went out.
        cancel : threading.Event, optional
            Stops it; the draft can be gone on with.
        in_parts : bool
            Whether reading may begin anywhere in it, so that several parts can be sent at a time.

        Raises
        ------
        Mismatch
            When the file changes meanwhile, or the repository got other bytes; they are taken away again.
        MissingFile
            When the file cannot be read.
        CouldNotAsk, WasRefused, Cancelled
            See `errors`.
        """
        if entry is None:
            entry = self._chosen(self.list_files(record_id), [key]).get(key)
        sending = Sending(self, record_id, key, source, size, md5, report, cancel, in_parts)
        return sending.run(entry)

    def content(
        self, record_id: str, key: str, body: Any, cancel: threading.Event | None = None, part: int | None = None
    ) -> Any:
        """Send the content of a file that was begun, or a part of it.

        What goes before the commit may be sent again. Returns JSON.
        """
        return self.ask_json(
            "PUT",
            f"{self.file_path(record_id, key)}/content" + (f"/{part}" if part else ""),
            data=body,
            headers={"Content-Type": "application/octet-stream"},  # any other type is refused with 415
            timeout=SLOW,
            cancel=cancel,
            what=f"file {key} in draft {record_id}",
        )

    def commit(self, record_id: str, key: str) -> FileEntry:
        """Finish a file whose content was sent."""
        path, what = self.file_path(record_id, key), f"file {key} in draft {record_id}"

        def finish() -> FileEntry:
            answer = self.ask_json("POST", f"{path}/commit", idempotent=False, timeout=SLOW, what=what)
            return read(FileEntry.from_json, answer, self.session)

        def finished() -> FileEntry | None:
            entry = read(FileEntry.from_json, self.ask_json("GET", path, what=what), self.session)
            return entry if entry.status == "completed" else None

        return self.settle(finish, finished)

    def delete_file(self, record_id: str, key: str) -> None:
        """Take a file out of a draft, whether its content has come or not.

        Raises
        ------
        RecordNotFound
            When it is not there.
        """

        def delete() -> bool:
            what = f"file {key} in draft {record_id}"
            self.ask("DELETE", self.file_path(record_id, key), idempotent=False, what=what)
            return True

        def deleted() -> bool | None:
            return None if key in self._chosen(self.list_files(record_id), [key]) else True

        self.settle(delete, deleted)

    def import_files(self, record_id: str) -> tuple[FileEntry, ...]:
        """Take the files of the version before into a draft; the repository copies them itself.

        Raises
        ------
        RefusedMetadata
            When the draft has files already.
        """

        def take_over() -> tuple[FileEntry, ...]:
            path = f"/records/{segment(record_id)}/draft/actions/files-import"
            return self._entries(self.ask_json("POST", path, idempotent=False, what=f"draft {record_id}"))

        return self.settle(take_over, lambda: self.list_files(record_id) or None)

    def download(
        self,
        record_id: str,
        key: str,
        target: Path,
        *,
        entry: FileEntry | None = None,
        report: Report = silent,
        cancel: threading.Event | None = None,
    ) -> Path:
        """Bring one file of a published record, check it, and only then give it its name.

        What was interrupted is gone on with where the repository allows it, also at the next call.

        Parameters
        ----------
        record_id, key : str
            The record and the file's name in it.
        target : Path
            The file to write; `names.safe_join` makes it from a folder and a key. Its folder must exist.
        entry : FileEntry, optional
            The file's size and md5, if that was just asked; it is asked otherwise.
        report : Report
            Is told the bytes that came.
        cancel : threading.Event, optional
            Stops it.

        Raises
        ------
        Mismatch
            When other bytes came than the repository has; nothing is kept of them.
        DiskFull
            When there is no room; looked at before it is begun.
        RecordNotFound, AccessDenied, CouldNotAsk, Cancelled
            See `errors`.
        """
        if entry is None:
            what = f"file {key} in record {record_id}"
            entry = read(
                FileEntry.from_json,
                self.ask_json("GET", self.file_path(record_id, key, False), what=what),
                self.session,
            )
        return receive(self, record_id, entry, Path(target), report, cancel)

    def beginning(self, record_id: str, key: str, at_most: int) -> bytes:
        """Return the first bytes of a file of a published record, whether or not the repository gives ranges.

        Parameters
        ----------
        record_id, key : str
            The record and the file's name in it.
        at_most : int
            How many bytes; nothing behind them is read.

        Raises
        ------
        RecordNotFound, AccessDenied, CouldNotAsk
            See `errors`.
        """
        headers = {"Accept-Encoding": "identity"}
        with self.ask(
            "GET", f"{self.file_path(record_id, key, False)}/content", accept="*/*", headers=headers, stream=True,
            what=f"file {key} in record {record_id}",
        ) as answer:  # fmt: skip
            came = b""
            for block in answer.iter_content(min(at_most, 1 << 16)):
                came += block
                if len(came) >= at_most:
                    break
        return came[:at_most]

    def file_path(self, record_id: str, key: str, draft: bool = True) -> str:
        """Return where the API has a file."""
        return f"{self._files(record_id, draft)}/{key_path(key)}"

    def _files(self, record_id: str, draft: bool = True) -> str:
        return f"/records/{segment(record_id)}{'/draft' if draft else ''}/files"

    def _entries(self, answer: Any) -> tuple[FileEntry, ...]:
        def entries(a: Any) -> tuple[FileEntry, ...]:
            if a.get("enabled") is False:  # a description alone has no list
                return ()
            return tuple(FileEntry.from_json(e) for e in a["entries"])

        return read(entries, answer, self.session)

    @staticmethod
    def _chosen(entries: tuple[FileEntry, ...], keys: Sequence[str]) -> dict[str, FileEntry]:
        wanted = set(keys)
        return {e.key: e for e in entries if e.key in wanted}
