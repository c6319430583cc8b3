"""The panel's words can be translated: whatever it asks the translator for is in the catalogue for translators."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
_CALL = re.compile(r"trans\.(?:__|_n)\(\s*(?:(['\"])((?:\\.|(?!\1).)*)\1)?", re.DOTALL)


def test_every_string_is_extracted(tmp_path: Path) -> None:
    """What `make catalogue` extracts has the first string of every call; a call without one could not be translated."""
    recipe = re.search(r"^catalogue:.*?\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    words = recipe[1].replace("\\\n", " ").split()
    options = [str(tmp_path / "x.pot") if word.endswith(".pot") else word for word in words[1:]]
    subprocess.run([sys.executable, *options], cwd=ROOT, check=True)
    with (tmp_path / "x.pot").open("rb") as file:
        found = {
            text for message in read_po(file) for text in ([message.id] if isinstance(message.id, str) else message.id)
        }
    asked = {
        (path.name, match[2] and match[2].replace("\\'", "'"))
        for path in (ROOT / "labextension" / "src").rglob("*.ts*")
        if "__tests__" not in path.parts
        for match in _CALL.finditer(path.read_text())
    }
    settings = json.loads((ROOT / "labextension" / "schema" / "plugin.json").read_text())["properties"].values()
    asked |= {("plugin.json", setting[name]) for setting in settings for name in ("title", "description")}
    assert len(asked) > 200
    assert [where for where in sorted(asked, key=str) if where[1] not in found] == []
