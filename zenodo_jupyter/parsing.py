"""A notebook's bytes as its JSON, looked at as far as everything else here relies on it; or in words why they are none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .errors import DamagedNotebook


def parse(path: Path, content: bytes) -> dict[str, Any]:
    """Return a notebook's JSON; metadata and outputs that some writers leave out are filled in, empty.

    Only what the rest of this package relies on is asked for, which is less than nbformat's schema: JupyterLab opens notebooks
    that do not follow that, and their authors do not know it.

    Raises
    ------
    DamagedNotebook
        When it is none; the message says why, and in which cell.
    """

    def damaged(
        reason: str, hint: str = "Open it in JupyterLab, or take it from a backup or an earlier commit."
    ) -> DamagedNotebook:
        return DamagedNotebook(f"{path.name} cannot be read as a notebook: {reason}.", hint)

    if not content.strip():
        raise damaged("the file is empty")
    if content.startswith(b"version https://git-lfs"):
        raise damaged("it is only a Git LFS pointer", "Fetch the file itself with `git lfs pull`.")
    try:
        nb = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise damaged(f"byte {error.start} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        if re.search(rb"^<<<<<<< ", content, re.MULTILINE):
            raise damaged(
                "it has merge conflict markers", "Settle the conflict, with `nbdime mergetool` for example."
            ) from error
        raise damaged(f"it is not JSON ({error})") from error
    if not isinstance(nb, dict) or "nbformat" not in nb:
        raise damaged("it is JSON, but has no nbformat number")
    if nb["nbformat"] != 4:
        older = "Convert it: jupyter nbconvert --to notebook --inplace (or open and save it in JupyterLab)."
        raise damaged(f"it is written in nbformat {nb['nbformat']}, and 4 is expected", older)
    if not isinstance(nb.setdefault("nbformat_minor", 0), int):
        raise damaged("its nbformat_minor is not a number")
    if not isinstance(nb.get("cells"), list):
        raise damaged("it has no list of cells")
    about = nb.setdefault("metadata", {})
    if not isinstance(about, dict):
        raise damaged("its metadata is not a mapping")
    for name in ("kernelspec", "language_info"):
        if not isinstance(about.get(name) or {}, dict):
            raise damaged(f"its {name} is not a mapping")
    for number, cell in enumerate(nb["cells"], 1):
        fault = _fault(cell)
        if fault:
            raise damaged(f"cell {number} {fault}")
    return nb


def upgraded(path: Path, content: bytes) -> bytes:
    """Return a notebook's bytes in nbformat 4, where it is written in an older one, as nbformat converts it.

    Raises
    ------
    DamagedNotebook
        When it cannot be converted.
    """
    import nbformat

    try:
        nb = json.loads(content.decode("utf-8-sig"))
        older = isinstance(nb, dict) and nb.get("nbformat") in (1, 2, 3)
    except (ValueError, RecursionError):  # `parse` says what is wrong
        return content
    if not older:
        return content
    try:
        return json.dumps(nbformat.convert(nbformat.reader.reads(json.dumps(nb)), 4)).encode()
    except Exception as error:  # whatever is not there in a stranger's file: nbformat raises what Python raises
        raise DamagedNotebook(
            f"{path.name} is written in nbformat {nb['nbformat']} and cannot be converted ({type(error).__name__}).",
            "Open it with a Jupyter of its time.",
        ) from error


def _fault(cell: Any) -> str:
    """Say what is wrong with a cell's structure, or nothing."""
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return "has no type"
    if not _is_text(cell.get("source")):
        return "has no source"
    if not isinstance(cell.setdefault("metadata", {}), dict):
        return "has metadata that is not a mapping"
    if not _is_lines(cell["metadata"].get("tags", [])):
        return "has tags that are not a list of words"
    attachments = cell.get("attachments", {})
    if not isinstance(attachments, dict) or not all(isinstance(files, dict) for files in attachments.values()):
        return "has attachments that are not a mapping"
    if not isinstance(cell.get("id", ""), str):
        return "has an id that is not text"
    outputs = cell.setdefault("outputs", []) if cell["cell_type"] == "code" else cell.get("outputs", [])
    if not isinstance(outputs, list):
        return "has outputs that are not a list"
    return next((f"has an output {fault}" for fault in map(_output_fault, outputs) if fault), "")


def _output_fault(output: Any) -> str:
    if not isinstance(output, dict) or not isinstance(output.get("output_type"), str):
        return "without a type"
    if not isinstance(output.get("data", {}), dict):
        return "whose data are not a mapping"
    if output["output_type"] == "stream" and not _is_text(output.setdefault("text", "")):
        return "whose text is not text"
    if output["output_type"] == "error" and not _is_lines(output.setdefault("traceback", [])):
        return "whose traceback is not a list of lines"
    return (
        "" if all(isinstance(output.get(name, ""), str) for name in ("name", "ename", "evalue")) else "without a name"
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or _is_lines(value)


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)
