"""What repositories allow is found out once, and remembered for some days."""

from __future__ import annotations

import pytest

from zenodo_jupyter.abilities import EXPIRY, Abilities

HERE = "https://zenodo.example"


def test_what_was_found_out_is_known_to_the_next_session(tmp_path):
    """Of the same repository, until it is too old; other repositories know nothing of it."""
    file, now = tmp_path / "data" / "abilities.json", 1e9
    Abilities(HERE, file, lambda: now).found("parts", False)
    Abilities("https://other.example", file, lambda: now).found("ranges", "api")
    later = [Abilities(HERE + "/", file, lambda t=now + after: t) for after in (EXPIRY - 1, EXPIRY, -10)]
    assert [ability.get("parts") for ability in later] == [False, None, None]
    assert later[0].get("ranges") is None


def test_what_may_pass_is_known_to_this_session_only(tmp_path):
    """An address that failed this minute is not given up for a week."""
    file = tmp_path / "abilities.json"
    one = Abilities(HERE, file)
    one.found("ranges", "nowhere", lasting=False)
    assert one.get("ranges") == "nowhere" and Abilities(HERE, file).get("ranges") is None


@pytest.mark.parametrize(
    "text", ["", "[1]", "{", '{"https://zenodo.example": 3}', '{"https://zenodo.example": {"parts": 1}}']
)
def test_a_damaged_file_is_as_none(tmp_path, text):
    """It is a courtesy, never a reason to fail; and it is mended by the next that is found out."""
    file = tmp_path / "abilities.json"
    file.write_text(text)
    assert Abilities(HERE, file).get("parts") is None
    Abilities(HERE, file).found("parts", True)
    assert Abilities(HERE, file).get("parts") is True


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    """Then each session asks anew."""
    (tmp_path / "file").write_text("")
    ability = Abilities(HERE, tmp_path / "file" / "abilities.json")
    ability.found("parts", False)
    assert ability.get("parts") is False
