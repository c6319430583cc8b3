"""The copy for reviewers: nothing in it leads to whoever made it, and publishing afterwards puts the names in."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import socket
import subprocess
import zipfile
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import cli, identity, notebook, publish, repositories, standing, underway
from zenodo_jupyter.bundle import BundleFile
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import Blocked
from zenodo_jupyter.http import NATIVE
from zenodo_jupyter.metadata import Metadata

TODAY = date(2026, 3, 1)
ABOUT = {
    "title": "Rain in Seattle, by Ada Müller-Hartz",
    "creators": [
        {"name": "Müller-Hartz, Ada", "orcid": "0000-0002-1825-0097", "affiliations": ["University of Rainford"]},
        {"name": "Ng, Bo"},
    ],
    "contributors": [{"name": "Helper, Carla", "role": "datacollector"}],
    "funding": ["Rainford Trust"],
    "description": "<p>How much it rains. Thanks to B. Ng.</p>",
    "rights": ["cc-by-4.0"],
    "code_repository": "https://github.com/rainlab7/seattle",
}
#: All that must not be in any file of the copy, in any case.
TELLTALE = (
    "müller", "mueller-hartz", "muller-hartz", "\\bNg\\b", "0000-0002-1825-0097", "0000000218250097", "rainford",
    "carla helper", "amh42", "storm-station", "rainlab7", "amh@rain.example.org", "widget-state", "widget-view",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook that tells in all its parts who made it, on the machine of somebody with a name."""
    monkeypatch.setattr("getpass.getuser", lambda: "amh42")
    monkeypatch.setattr(socket, "gethostname", lambda: "storm-station.example.org")
    home = tmp_path / "home" / "amh42"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    folder = home / "work"
    folder.mkdir(parents=True)
    for command in (
        ["init", "-q"],
        ["config", "user.name", "Ada Müller-Hartz"],
        ["config", "user.email", "amh@rain.example.org"],
        ["remote", "add", "origin", "git@github.com:rainlab7/seattle.git"],
    ):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    (folder / "rain.csv").write_text("day,mm\n1,3\n2,5\n")
    view = {"model_id": "a1", "version_major": 2, "version_minor": 0}
    outputs = [
        new_output("stream", text=f"saved to {home}/work/rain.png on storm-station by amh42\n"),
        new_output("display_data", {"text/plain": "IntSlider()", "application/vnd.jupyter.widget-view+json": view}),
        new_output("error", ename="OSError", evalue="no", traceback=[f"File {home}/lib.py", "by A. Mueller-Hartz"]),
        new_output("execute_result", {"application/json": {"who": ["Ada Muller-Hartz"]}}, execution_count=1),
    ]
    cells = [
        new_markdown_cell("# Rain\n\nBy **Ada Müller-Hartz** (ORCID 0000 0002 1825 0097), University of\nRainford."),
        new_code_cell("%%zenodo metadata\ncreators: [{name: 'Müller-Hartz, Ada'}]"),
        new_code_cell(
            f"# {home}, see https://github.com/RainLab7/seattle\na = open('rain.csv').read()", outputs=outputs
        ),
    ]
    cells[2].metadata.update(execution={"iopub.execute_input": "2026"}, author="Ada Müller-Hartz", tags=["parameters"])
    state = {"application/vnd.jupyter.widget-state+json": {"state": {"a1": {"value": "Ada Müller-Hartz"}}}}
    about = {
        "authors": [{"name": "Ada Müller-Hartz"}], "widgets": state, "papermill": {"input_path": f"{home}/x.ipynb"},
        "kernelspec": {"name": "python3", "display_name": "Python (amh42)", "language": "python"},
    }  # fmt: skip
    target = folder / "rain.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=about), target)
    return target


def go(path: Path, config: Config, **options: Any) -> publish.Published:
    """Publish with complete metadata."""
    return publish.publish(path, config=config, metadata=Metadata.from_dict(ABOUT), today=TODAY, **options)


def files_of(config: Config, record: str, draft: bool = True) -> dict[str, bytes]:
    """What a repository gives of a draft or record, name by name."""
    repository = repositories.repository(config=config)
    below = f"/records/{record}{'/draft' if draft else ''}/files"
    entries = repository.ask_json("GET", below)["entries"]
    return {e["key"]: repository.ask("GET", f"{below}/{e['key']}/content", accept="*/*").content for e in entries}


def told(content: bytes) -> list[str]:
    """What some bytes tell, also in what is packed into addresses of pictures."""
    text = content.decode()
    text += "".join(base64.b64decode(b).decode("utf-8", "replace") for b in re.findall(r"base64,([\w+/=]+)", text))
    text = json.dumps(json.loads(content), ensure_ascii=False) if text.startswith("{") else text
    return [telltale for telltale in TELLTALE if re.search(telltale, text, re.IGNORECASE)]


def test_nothing_tells(path: Path, config: Config) -> None:
    """Should make a draft in none of whose files, and in none of whose fields, stands anything that leads to the authors."""
    before = path.read_bytes()
    done = go(path, config, anonymous=True)
    assert done.anonymous and path.read_bytes() == before
    assert repositories.repository(config=config).search("", size=10).total == 0
    files = files_of(config, done.record.id)
    assert {
        "rain.ipynb",
        "rain.html",
        "README.md",
        "CITATION.cff",
        "ro-crate-metadata.json",
        "requirements.txt",
    } <= set(files)
    assert {key: told(content) for key, content in files.items() if told(content)} == {}
    assert str(path.parent) not in str(files) and "/home/amh42" not in str(files)
    draft = repositories.repository(config=config).ask_json("GET", f"/records/{done.record.id}/draft")
    assert told(json.dumps({k: draft[k] for k in ("metadata", "custom_fields")}).encode()) == []
    nb = nbformat.reads(files["rain.ipynb"].decode(), 4)
    nbformat.validate(nb)
    assert set(nb.metadata) == {"kernelspec"} and nb.cells[1].metadata == {"tags": ["parameters"]}
    assert nb.cells[0].source.startswith("# Rain\n\nBy **Anonymous**")
    assert "open('rain.csv')" in nb.cells[1].source and files["rain.csv"] == b"day,mm\n1,3\n2,5\n"


def test_seen_by_its_link_only(path: Path, served: Any, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should give a link by which somebody without an account reads the draft and its files, and nobody without it."""
    monkeypatch.setenv("ZENODO_JUPYTER_URL", served.url)
    monkeypatch.setenv("ZENODO_JUPYTER_TOKEN", served.token)
    done = go(path, config, to=served.url, anonymous=True)
    token = done.link.rpartition("token=")[2]
    api = f"{served.url}/api/records/{done.record.id}/draft"
    assert done.link.startswith(f"{served.url}/records/{done.record.id}?preview=1&token=")
    assert requests.get(api, timeout=10).status_code == 403
    seen = requests.get(api, params={"token": token}, headers={"Accept": NATIVE}, timeout=10).json()
    assert [c["person_or_org"]["name"] for c in seen["metadata"]["creators"]] == ["Anonymous"]
    got = requests.get(f"{api}/files/rain.csv/content", params={"token": token}, timeout=10)
    assert got.content == b"day,mm\n1,3\n2,5\n"
    page = requests.get(done.link, timeout=10).text
    assert "This is a preview of a draft" in page and "Anonymous" in page and "Doe" not in page and "owner@" not in page
    files = [served.url + unescape(link) for link in re.findall(r'href="([^"]+)" download', page)]
    assert b"day,mm\n1,3\n2,5\n" in [requests.get(file, timeout=10).content for file in files]
    assert requests.get(done.link[:-1], timeout=10).url.startswith(f"{served.url}/login/")
    assert go(path, config, to=served.url, anonymous=True).link == done.link


def test_published_with_names_afterwards(path: Path, config: Config) -> None:
    """Should publish the named one by the same call without the switch: the same record, the DOI that was reserved."""
    copied = go(path, config, anonymous=True)
    stands = standing.read(path, config=config)
    assert "with reviewers" in stands.words and stands.doi == str(copied.record.doi)
    assert ["with reviewers" in one.words for one in underway.everything(config=config)] == [True]
    done = go(path, config)
    assert (done.record.id, done.record.doi) == (copied.record.id, copied.record.doi) and not done.anonymous
    files = files_of(config, done.record.id, draft=False)
    assert "Müller-Hartz" in files["README.md"].decode() and "rainlab7" in files["CITATION.cff"].decode()
    assert str(done.record.doi) in files["rain.ipynb"].decode()
    assert notebook.read_deposit(notebook.read(path)).doi == str(done.record.doi)  # type: ignore[union-attr]
    assert underway.everything(config=config) == []


def test_of_a_published_notebook(path: Path, config: Config) -> None:
    """Should make a draft of its own, in which the DOI of the version before does not stand, and then the next version."""
    first = go(path, config)
    nb = notebook.read(path)
    nb["cells"].append(new_markdown_cell(f"See {first.record.doi}."))
    notebook.write(path, nb)
    copied = go(path, config, anonymous=True)
    assert copied.record.concept_id != first.record.concept_id
    files = files_of(config, copied.record.id)
    assert not [key for key, content in files.items() if str(first.record.doi).encode() in content]
    assert b"zenodo-badge" not in files["rain.ipynb"]
    second = go(path, config)
    assert second.record.index == 2 and second.record.concept_id == first.record.concept_id
    assert [one.draft_id for one in underway.everything(config=config)] == [copied.record.id]


def test_data_that_tell(path: Path, config: Config) -> None:
    """Should refuse before anything is sent, say which files tell what, and do it where a person decides to all the same."""
    folder = path.parent
    (folder / "stations.csv").write_text("id,keeper\n1,nobody\n2,B. Ng\n")
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", "measured by Ada Muller-Hartz " * 50)
    (folder / "table.txt.gz").write_bytes(gzip.compress(b"\nhost storm-station\n"))
    (folder / "old.dat").write_bytes("x: 0000-0002-1825-0097".encode("utf-16"))
    (folder / "amh42.txt").write_text("1")
    names = ["stations.csv", "more.zip", "table.txt.gz", "old.dat", "amh42.txt"]
    with pytest.raises(Blocked) as caught:
        go(path, config, anonymous=True, data=[folder / name for name in names])
    assert repositories.repository(config=config).my_drafts() == []
    said = {finding.where: finding.message for finding in caught.value.findings}
    assert set(said) == set(names)
    assert "the name Ng (line 3)" in said["stations.csv"] and "in notes.txt" in said["more.zip"]
    assert "the name of your machine (packed)" in said["table.txt.gz"] and "ORCID" in said["old.dat"]
    assert "its name" in said["amh42.txt"]
    done = go(path, config, anonymous=True, data=[folder / "stations.csv"], accept=["ANO1@stations.csv"])
    assert done.anonymous and "stations.csv" in done.sent


def test_code_beside_the_notebook(path: Path, config: Config) -> None:
    """Should take the names out of modules that are brought along, and leave what they do, and the files on the disk."""
    module = path.parent / "tides.py"
    module.write_bytes('# By Ada Müller-Hartz <amh@rain.example.org>\r\n__author__ = "B. Ng"\r\nHIGH = 3\r\n'.encode())
    before = module.read_bytes()
    done = go(path, config, anonymous=True, data=[module])
    copied = files_of(config, done.record.id)["tides.py"]
    assert module.read_bytes() == before and told(copied) == []
    known: dict[str, Any] = {}
    exec(copied, known)
    assert known["HIGH"] == 3 and copied.count(b"\r\n") == 3


def test_pictures_are_looked_into(path: Path) -> None:
    """Should find a name that a drawing or picture in an output or page has in it, though it stands there in base64."""
    clues = identity.clues(Metadata.from_dict(ABOUT), path)
    svg = base64.b64encode(b"<svg><text>Ada Muller-Hartz</text><text>" + b"." * 99 + b"</text></svg>").decode()
    png = base64.b64encode(b"\x89PNG\0\0\0\x11tEXtAuthor\0Ada M\xc3\xbcller-Hartz\0\0" + bytes(80)).decode()
    wrapped = "\\n".join(re.findall(".{1,76}", png))
    for text in (f'<img src="data:image/svg+xml;base64,{svg}">', f'{{"image/png": "{wrapped}"}}', "M&uuml;ller-Hartz"):
        assert list(identity.search([BundleFile("page.html", "rendering", "", content=text.encode())], clues)), text


def test_code_goes_on_running(path: Path) -> None:
    """Should leave words alone that only look like a name: parts of others, other cases, an account that is a function."""
    about = {**ABOUT, "creators": ["White, Max", "Long, Li"]}
    clues = tuple(c for c in identity.clues(Metadata.from_dict(about), path) if "name" in c.what)
    clues += tuple(identity._account("max", "your user name"))
    code = "plt.plot(x, c='white'); long = np.max(listing); White_noise = maxwhite"
    assert identity.blank(code, clues) == code.replace("White_noise", "Anonymous_noise").replace(
        "maxwhite", "Anonymous"
    )
    assert identity.blank("/home/max/a, max@pc: M. White; LONG", clues) == "~/a, anonymous@pc: M. Anonymous; Anonymous"


def test_large_files_at_the_seams(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should find a name that lies across two blocks of a long file, and name its line."""
    monkeypatch.setattr(identity, "_BLOCK", 64)
    monkeypatch.setattr(identity, "_SEAM", 40)
    clues = identity.clues(Metadata.from_dict(ABOUT), path)
    text = "\n".join(f"line {n} of many lines" for n in range(1, 40)).replace("line 17 of", "Carla Helper at")
    (found,) = identity.search([BundleFile("a.txt", "data", "", content=text.encode())], clues)
    assert "line 17" in found.message


def test_on_the_command_line(path: Path, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should do it with one switch, say where reviewers go and what comes then."""
    about = tmp_path / "about.json"
    about.write_text(json.dumps(ABOUT))
    assert cli.main(["publish", str(path), "--anonymous", "--metadata", str(about)]) == 0
    said = capsys.readouterr().out
    assert "For reviewers" in said and "token=" in said and "publish without --anonymous" in said
    assert cli.main(["publish", str(path), "--anonymous", "--metadata", str(about), "--json"]) == 0
    assert json.load(io.StringIO(capsys.readouterr().out))["anonymous"] is True
