"""Bundle: the files that go up or came down, and how they are found.

Only what was asked for gets in: what the notebook's code names below its own folder, and what a person names. Links, devices
and paths that lead out never get in by accident.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from . import alongside
from . import notebook as notebooks
from .bundlefile import BundleFile, LeftOut, Limits, file_digest, hash_all
from .datafinder import Use, find
from .errors import BadInput, MissingFile, UnsafeName
from .names import fault
from .packing import is_packed, pack
from .report import Progress, Report, silent

__all__ = [
    "Bundle",
    "BundleFile",
    "LeftOut",
    "Limits",
    "collect",
    "file_digest",
    "hash_all",
    "is_packed",
    "manifest_sha256",
    "pack",
]

# What lies in working folders and belongs in no record; a person can still name such a file itself.
_JUNK = {
    "version control": r"\.git|\.hg|\.svn|\.bzr|\.gitattributes|\.gitignore",
    "made by Python and its tools": r"__pycache__|.*\.py[co]|\.(?:mypy|pytest|ruff)_cache|\.hypothesis|\.tox|.*\.egg-info",
    "an environment, which is described instead": r"\.venv|venv|node_modules|\.pixi|\.conda",
    "kept by Jupyter for itself": r"\.ipynb_checkpoints|\.jupyter|\.virtual_documents",
    "kept by the desktop": r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.Trash.*|\.nfs.*",
    "kept by an editor": r"\.idea|\.vscode|.*~|\.~lock\..*|.*\.sw[po]",
    "may hold passwords": r"\.env|\.env\..*|[._]netrc|\.pypirc|\.ssh|\.aws|\.gnupg|\.git-credentials|\.pgpass|\.Renviron"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|key|p12|pfx)|kaggle\.json",
}
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFBLK: "a device", stat.S_IFCHR: "a device"}


@dataclass(frozen=True)
class Bundle:
    """Files that belong together, the notebook first.

    Attributes
    ----------
    folder : Path
        Where the notebook lies; keys are relative to it.
    files : tuple of BundleFile
        Keys are unique.
    left_out : tuple of LeftOut
        What was seen and is not in.
    uses : tuple of Use or None
        What the notebook's code names, where that was read; the checks ask the same.
    """

    folder: Path
    files: tuple[BundleFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    uses: tuple[Use, ...] | None = None

    def __iter__(self) -> Iterator[BundleFile]:
        return iter(self.files)

    @property
    def total_bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)

    @property
    def notebook(self) -> BundleFile:
        """The notebook."""
        return next(file for file in self.files if file.role == "notebook")

    def with_notebook(self, content: bytes) -> Bundle:
        """Return the bundle with other bytes for the notebook, the stamped copy for example."""
        stamped = BundleFile(self.notebook.key, "notebook", self.notebook.reason, content=content)
        return replace(self, files=tuple(stamped if file.role == "notebook" else file for file in self.files))

    def adding(self, files: Iterable[BundleFile]) -> Bundle:
        """Return the bundle with more files behind its own.

        Raises
        ------
        BadInput
            When two files have the same key.
        """
        together = (*self.files, *files)
        for key, times in Counter(file.key for file in together).items():
            if times > 1:
                raise BadInput(f"Two files would both be {key} in the record.", "Rename one of them, or leave it out.")
        return replace(self, files=together)


def collect(
    notebook: Path,
    *,
    data: Sequence[Path | str] = (),
    exclude: Sequence[str] = (),
    seen: Sequence[Use] = (),
    limits: Limits | None = None,
    nb: Any | None = None,
    report: Report = silent,
) -> Bundle:
    """Collect a notebook, the files that its code and Markdown name, and those that a person names.

    Parameters
    ----------
    notebook : Path
        The notebook.
    data : sequence of Path or str
        Files, folders (with all that is in them, but for what belongs in no record) or globs. Relative ones are looked for in
        the current folder, then in the notebook's. A file from outside the notebook's folder comes under ``data/``.
    exclude : sequence of str
        Globs of names to leave out, such as ``raw/*`` or ``*.tmp``.
    seen : sequence of Use
        What was seen to be used while the notebook ran, besides what its code tells.
    limits : Limits, optional
        What the record may hold; only its size is looked at here, see `pack` for the rest.
    nb : dict, optional
        The notebook as it is looked at, where that is not what is in the file.
    report : callable
        Told when files were found.

    Raises
    ------
    DamagedNotebook, MissingFile
        When the notebook, or a file that was named, cannot be read.
    BadInput
        When a file that was named is a link that leads out, a device, a pipe; when two files would have the same name; or when
        all together are more than the record may hold.
    UnsafeName
        When the notebook or a file that was named has a name that others could not have on their computers.
    """
    notebook = Path(notebook)
    nb = notebooks.read(notebook) if nb is None else nb
    folder = notebook.absolute().parent.resolve()
    collector = _Collector(folder, tuple(exclude))
    collector.take(folder / notebook.name, notebook.name, "notebook", "the notebook")
    named = find(nb, folder)
    for use in (*named, *seen):
        collector.found(use)
    for name in data:
        collector.named(str(name))
    for file in alongside.found(folder):
        collector.alongside(file)
    bundle = replace(collector.bundle(), uses=named)
    _refuse_too_big(bundle, limits or Limits())
    report(Progress("collect", "Collected the files", len(bundle.files), len(bundle.files), "files"))
    return bundle


def manifest_sha256(files: Iterable[BundleFile]) -> str:
    """Return the checksums of files, sorted by name, as ``sha256sum -c`` reads them.

    Names with a backslash or a line end are escaped, and their line begins with a backslash, as GNU coreutils write them.
    """
    return "".join(_manifest_line(file) for file in sorted(files, key=lambda file: file.key) if file.role != "manifest")


def _manifest_line(file: BundleFile) -> str:
    name = file.key.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if name != file.key else ""
    return f"{mark}{file.sha256}  {name}\n"


class _Collector:
    """Takes files in, or says why not."""

    def __init__(self, folder: Path, exclude: tuple[str, ...]) -> None:
        self.folder = folder
        self.exclude = exclude
        self.files: dict[str, BundleFile] = {}
        self.left_out: dict[str, str] = {}
        self.uses: dict[str, Use] = {}

    def bundle(self) -> Bundle:
        left_out = (LeftOut(n, r) for n, r in self.left_out.items() if not any(k.startswith(n) for k in self.files))
        return Bundle(self.folder, tuple(self.files.values()), tuple(left_out))

    def found(self, use: Use) -> None:
        """Take a file that the notebook uses."""
        if use.place == "inside":
            known = self.uses.get(_key(use.text))
            if known is None or known.how == "named":
                self.uses[_key(use.text)] = use
            self._offer(self.folder / use.text, use.text, use.reason, root=self.folder)
        elif use.place == "folder":
            self.left_out[f"{use.text}/"] = f"a folder {use.reason}; name it to bring it in"
        elif use.place == "outside":
            name = use.typed or use.text
            self.left_out[name] = f"{use.reason}, but outside the notebook's folder; name it to bring it in"

    def alongside(self, file: alongside.Alongside) -> None:
        """Take a file that describes the environment for another tool; one that a person named is in as it is."""
        pattern = next((p for p in self.exclude if _excluded(file.name, p)), "")
        if file.name in self.files:
            return
        if file.fault or pattern or not file.content:
            self.left_out[file.name] = file.fault or (f"excluded by {pattern}" if pattern else "empty")
        else:
            reason = f"describes the environment, for {file.tool}"
            self.files[file.name] = BundleFile(file.name, "environment", reason, content=file.content)

    def named(self, text: str) -> None:
        """Take what a person names: a file, a folder, a glob."""
        given = Path(os.path.expanduser(text))
        paths = [path for path in (given, self.folder / given) if os.path.lexists(path)][:1]
        if not paths:
            pattern = str(given)
            paths = [Path(p) for p in sorted(glob.glob(pattern, recursive=True))]
            paths = paths or [self.folder / p for p in sorted(glob.glob(pattern, root_dir=self.folder, recursive=True))]
        if not paths:
            raise MissingFile(
                f"There is no file or folder {text}, neither here nor in {self.folder}.",
                "Check the name; globs work too.",
            )
        for path in paths:
            self._named(path.parent.resolve() / path.name if path.name else path.resolve())

    def _named(self, path: Path) -> None:
        if path.is_symlink() and not path.resolve().is_relative_to(self.folder):
            raise BadInput(
                f"{path.name} is a link that leads out of the notebook's folder, to {path.resolve()}; it was not followed.",
                "Name the file or folder that it points to.",
            )
        inside = path.is_relative_to(self.folder)
        # A folder that is itself called data need not be data/data.
        brought = "data" if path.name == "data" and path.is_dir() else f"data/{path.name}"
        key = path.relative_to(self.folder).as_posix() if inside else brought
        reason = "named by you" if inside else "named by you, from outside the notebook's folder"
        if path.is_dir():
            self._walk(path, "" if key == "." else f"{key}/", reason)
            return
        unfit = _fault(path)
        if unfit:
            raise BadInput(f"{path} is {unfit}, and only files can be published.", "Leave it out.")
        self.take(path, key, self._role(key), reason)

    def _walk(self, top: Path, prefix: str, reason: str) -> None:
        for at, folders, names in os.walk(top):
            below = prefix + "".join(f"{part}/" for part in Path(at).relative_to(top).parts)
            for name in sorted(folders):
                why = "a link to a folder" if Path(at, name).is_symlink() else _junk(name)
                if why:
                    folders.remove(name)
                    self.left_out[f"{below}{name}/"] = why
            folders.sort()
            for name in sorted(names):
                self._offer(Path(at, name), below + name, reason, root=top)

    def _offer(self, path: Path, key: str, reason: str, root: Path) -> None:
        """Take a file that nobody named itself, unless something speaks against it."""
        out = not path.resolve().is_relative_to(root) and not path.resolve().is_relative_to(self.folder)
        junk = next(filter(None, map(_junk, PurePosixPath(key).parts)), "")
        pattern = next((p for p in self.exclude if _excluded(key, p)), "")
        why = (
            f"excluded by {pattern}"
            if pattern
            else "a link that leads out of the folder"
            if out
            else junk or _fault(path) or (f"its name {fault(key)}" if fault(key) else "")
        )
        if why:
            self.left_out[key] = why
        else:
            self.take(path, key, self._role(key), reason)

    def _role(self, key: str) -> str:
        use = self.uses.get(_key(key))
        return "output" if use and use.how == "written" else "data"

    def take(self, path: Path, key: str, role: str, reason: str) -> None:
        """Put a file in under its name; the same file twice is in once, with its first reason."""
        key = _key(key)
        why = fault(key)
        if why:
            raise UnsafeName(f"The name {key!r} {why}, so that others could not get this file.", "Rename it.")
        there = self.files.get(key)
        if there is None:
            self.files[key] = BundleFile(key, role, reason, path=path)
            self.left_out.pop(key, None)
        elif there.path is not None and not os.path.samefile(there.path, path):
            raise BadInput(
                f"{there.path} and {path} would both be {key} in the record; nothing was collected.",
                "Rename one of them, or leave it out.",
            )


def _key(name: str) -> str:
    """Return a name in Unicode's composed form (NFC); macOS keeps some names taken apart."""
    return unicodedata.normalize("NFC", name)


def _junk(name: str) -> str:
    """Say why a name belongs in no record, or nothing."""
    return next((reason for reason, pattern in _JUNK.items() if re.fullmatch(pattern, name)), "")


def _fault(path: Path) -> str:
    """Say why a path is no file that can be read, or nothing."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return f"not readable ({error.strerror})"
    if not stat.S_ISREG(mode):
        return _KINDS.get(stat.S_IFMT(mode), "not a file")
    return "" if os.access(path, os.R_OK) else "not readable (no permission)"


def _excluded(key: str, pattern: str) -> bool:
    """Tell whether a glob means a file: its whole name, its last part, or a folder above it."""
    pattern = pattern.rstrip("/")
    above = [str(p) for p in PurePosixPath(key).parents][:-1]
    return any(fnmatch.fnmatchcase(name, pattern) for name in (key, PurePosixPath(key).name, *above))


def _refuse_too_big(bundle: Bundle, limits: Limits) -> None:
    if limits.max_bytes is not None and bundle.total_bytes > limits.max_bytes:
        biggest = sorted(bundle.files, key=lambda file: -file.size)[:3]
        listed = ", ".join(f"{file.key} ({file.size / 1e9:.2f} GB)" for file in biggest)
        raise BadInput(
            f"The files are {bundle.total_bytes / 1e9:.2f} GB together, and a record may hold {limits.max_bytes / 1e9:.2f} GB; "
            f"the biggest are {listed}.",
            "Leave some out with an exclude pattern, or publish large data as a record of their own.",
        )
