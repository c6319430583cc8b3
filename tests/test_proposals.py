from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date

import pytest

from zenodo_jupyter.metadata import Metadata, licences
from zenodo_jupyter.proposals import propose
from zenodo_jupyter.proposals.gitfolder import public_url
from zenodo_jupyter.proposals.headings import first_heading, first_paragraph

TODAY = date(2026, 11, 22)
CFF = """
cff-version: 1.2.0
message: Please cite.
title: Solar position at Ny-Ålesund
version: 1.10
license: Apache-2.0
keywords: [sun, radiation]
repository-code: https://github.com/o/sun
authors:
  - family-names: Okafor
    given-names: Amara
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliation: Example Polar Institute
  - name: Polar Consortium
"""
MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy … substantial portions of …"


def notebook(*texts, **metadata):
    """A notebook with these text cells, as JSON."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}, **metadata}}


def ask(folder, nb=None, **options):
    """Propose for ``sun.ipynb`` in a folder, with nothing from the machine that the test runs on."""
    options = {"today": TODAY, "git": False, "account": "", **options}
    return propose(folder / "sun.ipynb", nb or notebook(), **options)


@pytest.fixture
def repo(tmp_path, monkeypatch):
    """A git work tree with one commit, and a function that runs git in it."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    (tmp_path / "work").mkdir()

    def git(*arguments):
        subprocess.run(["git", "-C", str(tmp_path / "work"), *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("config", "user.name", "Jonas Lindqvist")
    git("config", "user.email", "jonas@example.org")
    git("commit", "-q", "--allow-empty", "-m", "begin")
    return tmp_path / "work", git


def test_notebook_speaks_for_itself(tmp_path):
    """Title, description and language should come from the notebook, its type and date from what is usual."""
    nb = notebook(
        "# Solar *position* at [Ny-Ålesund](https://a.org)\nNoon elevation & irradiance, 2019 to 2024, compared."
    )
    found = ask(tmp_path, nb)
    assert found.metadata.title == "Solar position at Ny-Ålesund"
    assert found.metadata.description == "<p>Noon elevation &amp; irradiance, 2019 to 2024, compared.</p>"
    assert found.metadata.resource_type == "software-computationalnotebook"
    assert found.metadata.publication_date == "2026-11-22"
    assert found.metadata.programming_languages == ("python",)
    assert found.sources["title"] == "from the first heading"
    assert found.sources["publication_date"] == "today"


def test_citation_file_names_the_authors(tmp_path):
    """CITATION.cff should give authors with iD and affiliation, keywords, licence and version as typed."""
    (tmp_path / "CITATION.cff").write_text(CFF, encoding="utf-8")
    found = ask(tmp_path, notebook("# Another title"))
    assert found.metadata.creators[0]["orcid"] == "0000-0002-1825-0097"
    assert found.metadata.creators[0]["affiliations"] == [{"name": "Example Polar Institute"}]
    assert found.metadata.creators[1] == {"type": "organizational", "name": "Polar Consortium"}
    assert found.metadata.version == "1.10"
    assert found.metadata.rights == ({"id": "apache-2.0"},)
    assert found.sources["creators"] == "from CITATION.cff"
    assert [str(c) for c in found.conflicts] == ["CITATION.cff says 'Solar position at Ny-Ålesund'"]


def test_what_the_code_fetches_is_related(tmp_path):
    """Data that are fetched by their DOI are named as what the notebook needs, once each; other calls are none of it."""
    code = "doi = 'https://doi.org/10.5281/zenodo.7'\na = zenodo_jupyter.fetch(doi, 'a.csv')"
    more = "b = fetch('10.5281/zenodo.7', 'b.csv'); fetch(url); fetch(f'{x}/zenodo.9'); show('10.5281/zenodo.8')"
    nb = notebook("# Rain")
    nb["cells"] += [{"cell_type": "code", "metadata": {}, "source": s, "outputs": []} for s in (code, more)]
    found = ask(tmp_path, nb)
    assert [dict(r) for r in found.metadata.related_identifiers] == [
        {"identifier": "10.5281/zenodo.7", "scheme": "doi", "relation": "requires"}
    ]
    assert found.sources["related_identifiers"] == "from what the code fetches"


def test_zenodo_file_is_believed_first(tmp_path):
    """.zenodo.json should win over CITATION.cff, in the legacy API's words, and the disagreement be told."""
    (tmp_path / "CITATION.cff").write_text(CFF, encoding="utf-8")
    legacy = {
        "title": "Sun", "upload_type": "software", "license": {"id": "MIT"}, "keywords": ["sun"], "language": "eng",
        "creators": [{"name": "Okafor, Amara", "affiliation": "Polar Institute", "orcid": "0000-0002-1825-0097"}],
        "contributors": [{"name": "Roe, Jan", "type": "DataCurator"}],
        "related_identifiers": [{"identifier": "10.1234/x", "relation": "isSupplementTo", "resource_type": "dataset"}],
        "grants": [{"id": "10.13039/501100000780::101097036"}], "notes": "Read me", "communities": [{"identifier": "polar"}],
        "access_right": "embargoed", "embargo_date": "2030-01-01",
        "dates": [{"start": "2025-01", "end": "2025-06", "type": "Collected"}],
    }  # fmt: skip
    (tmp_path / ".zenodo.json").write_text(json.dumps(legacy), encoding="utf-8")
    found = ask(tmp_path)
    work = found.metadata
    assert work.title == "Sun" and work.rights == ({"id": "mit"},)
    assert work.contributors[0]["role"] == "datacurator"
    assert work.related_identifiers[0]["relation"] == "issupplementto"
    assert work.funding[0]["award"] == {"id": "00k4n6c32::101097036"}
    assert work.dates == ({"date": "2025-01/2025-06", "type": "collected"},)
    assert work.access["embargo"]["until"] == "2030-01-01"
    assert work.communities == ("polar",)
    assert work.resource_type == "software-computationalnotebook"
    assert work.validate(for_publish=False, today=TODAY) == ()
    assert {c.field for c in found.conflicts} == {"title", "rights", "creators"}
    assert found.notes == ()


def test_codemeta_and_pyproject(tmp_path):
    """CodeMeta should give people and licence; pyproject only what nobody else said."""
    code = {
        "name": "Sun", "author": [{"@type": "Person", "givenName": "Ada", "familyName": "Doe",
                                   "@id": "https://orcid.org/0000-0002-1825-0097", "affiliation": {"name": "CERN"}}],
        "license": "https://spdx.org/licenses/MIT", "keywords": "sun, sea", "programmingLanguage": [{"name": "Julia"}],
    }  # fmt: skip
    (tmp_path / "codemeta.json").write_text(json.dumps(code), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname="x"\nauthors=[{name="Jan Roe"}]\nlicense="BSD-3-Clause"\n'
    )
    work = ask(tmp_path, notebook(language_info={})).metadata
    assert work.creators[0]["family_name"] == "Doe" and work.creators[0]["orcid"] == "0000-0002-1825-0097"
    assert work.rights == ({"id": "mit"},)
    assert [s["subject"] for s in work.subjects] == ["sun", "sea"]
    assert work.programming_languages == ("julia",)


def test_previous_version_goes_on(tmp_path):
    """The next version should start from the last, but with its own date and version, and without losing what is unseen."""
    before = Metadata.from_native({"metadata": {
        "title": "Sun", "version": "1", "publication_date": "2020-01-01", "rights": [{"id": "mit", "title": {"en": "MIT"}}],
        "locations": {"features": [{"place": "Ny-Ålesund"}]},
    }})  # fmt: skip
    found = ask(tmp_path, notebook("# Moon"), previous=before)
    assert found.metadata.title == "Sun" and found.sources["title"] == "from the previous version"
    assert found.metadata.publication_date == "2026-11-22" and found.metadata.version is None
    assert found.metadata.to_native()["metadata"]["locations"] == {"features": [{"place": "Ny-Ålesund"}]}
    assert set(found.sources) == set(found.metadata.values) - {"_native"}
    assert [(c.field, c.other) for c in found.conflicts] == [("title", "Moon")]


def test_git_knows_who_and_where(repo):
    """The committer, the remote and a tag should become creator, code repository with a link, and version."""
    folder, git = repo
    git("remote", "add", "origin", "git@github.com:okafor/sun.git")
    git("tag", "v1.2.0")
    (folder / "notebooks").mkdir()
    (folder / "LICENSE").write_text(MIT)
    found = ask(folder / "notebooks", git=True)
    assert found.metadata.creators == ({"type": "personal", "family_name": "Lindqvist", "given_name": "Jonas"},)
    assert found.metadata.code_repository == "https://github.com/okafor/sun"
    assert found.metadata.related_identifiers[0]["identifier"] == "https://github.com/okafor/sun/tree/v1.2.0"
    assert found.metadata.version == "1.2.0"
    assert found.sources["rights"] == "from LICENSE" and found.metadata.rights == ({"id": "mit"},)


def test_git_authors_of_the_notebook(repo):
    """Those who changed the notebook should be proposed, by .mailmap, the busiest first, and no robots."""
    folder, git = repo
    (folder / ".mailmap").write_text("Amara Okafor <amara@example.org> amy <amy@laptop>\n")
    writers = [
        "amy <amy@laptop>",
        "Bo Ek <bo@example.org>",
        "dependabot[bot] <d@example.org>",
        "Amara Okafor <amara@example.org>",
    ]
    for number, author in enumerate(writers):
        (folder / "sun.ipynb").write_text(str(number))
        git("add", "sun.ipynb")
        git("commit", "-q", "--author", author, "-m", "change")
    found = ask(folder, git=True)
    assert [person["family_name"] for person in found.metadata.creators] == ["Okafor", "Ek"]
    assert found.sources["creators"] == "from git"


FRONT = """---
title: Sun at noon
authors:
  - name: Amara Okafor
    orcid: 0000-0002-1825-0097
    affiliations: [pole]
affiliations:
  - id: pole
    name: Example Polar Institute
license: {content: CC-BY-4.0, code: MIT}
keywords: [sun, noon]
github: okafor/sun
---
"""
QUARTO = """---
title: "Sun at noon"
author:
  - name: {given: Amara, family: Okafor}
    orcid: 0000-0002-1825-0097
    affiliation: Example Polar Institute
abstract: How high it stands.
license: "CC BY"
---

# Another heading
"""


@pytest.mark.parametrize(
    ("kind", "front", "rights"),
    [("raw", FRONT, ["cc-by-4.0", "mit"]), ("markdown", QUARTO, ["cc-by-4.0"])],
    ids=["MyST", "Quarto"],
)
def test_front_matter_is_believed_before_headings(tmp_path, kind, front, rights):
    """What MyST and Quarto show above the text should be proposed, and not be taken for a paragraph."""
    nb = notebook("", "# A heading\n\nSome words of the text that follow.")
    nb["cells"][0] |= {"cell_type": kind, "source": front}
    found = ask(tmp_path, nb)
    (person,) = found.metadata.creators
    assert found.metadata.title == "Sun at noon" and found.sources["title"] == "from the notebook's front matter"
    assert (person["family_name"], person["given_name"], person["orcid"]) == ("Okafor", "Amara", "0000-0002-1825-0097")
    assert person["affiliations"] == [{"name": "Example Polar Institute"}]
    assert [licence["id"] for licence in found.metadata.rights] == rights
    assert "---" not in found.metadata.description


def test_broken_front_matter_is_noted(tmp_path):
    """Front matter that is no YAML should be noted, and the rest be proposed."""
    found = ask(tmp_path, notebook("---\ntitle: [\n---\n", "# Sun"))
    assert found.metadata.title == "Sun" and any("front matter" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("myst.yml", "version: 1\nproject:\n  title: The sun\n  keywords: [sun]\n  authors: [Amara Okafor]\n"),
        ("_quarto.yml", "project: {type: book}\nbook:\n  title: The sun\n  author: Amara Okafor\n"),
    ],
)
def test_projects_of_myst_and_quarto(tmp_path, name, text):
    """The file of a MyST or Quarto project should say who made it; the notebook's own heading is its title."""
    (tmp_path / name).write_text(text)
    found = ask(tmp_path, notebook("# Noon"))
    assert found.metadata.title == "Noon" and not found.metadata.version
    assert found.metadata.creators[0]["family_name"] == "Okafor" and found.sources["creators"] == f"from {name}"


def test_no_secret_leaves(repo):
    """Credentials in a remote, a file or the version before should not get into a proposal, in any form."""
    folder, git = repo
    git("remote", "add", "origin", "https://ada:s3cr3t@example.org/o/r.git")
    text = "See https://bob:s3cr3t@example.org/x?access_token=s3cr3t&a=1 for more"
    legacy = {"description": text, "creators": "https://u:s3cr3t@x"}
    (folder / ".zenodo.json").write_text(json.dumps(legacy))
    (folder / "CITATION.cff").write_text("authors: {a: 'https://u:s3cr3t@x.org'}\n")
    nb = notebook("# Sun", authors=["https://u:s3cr3t@example.org"], title="see ftp://me:s3cr3t@host/x")
    found = ask(folder, nb, git=True)
    assert "s3cr3t" not in repr(found)
    assert found.metadata.code_repository == "https://example.org/o/r"
    assert "jonas@example.org" not in repr(found)


@pytest.mark.parametrize("name", [".zenodo.json", "CITATION.cff", "codemeta.json", "pyproject.toml", "myst.yml"])
@pytest.mark.parametrize(
    "content", [b"{", b"[1, 2]", b"\xff\xfe\x00", b'{"title": 5, "creators": 7, "name": [1]}', b"a: [\n", b"{" * 5000]
)
def test_malformed_files_are_noted(tmp_path, name, content):
    """A damaged file should be noted, and the rest be proposed all the same."""
    (tmp_path / name).write_bytes(content)
    found = ask(tmp_path, notebook("# Sun"))
    assert found.metadata.title
    assert isinstance(found.notes, tuple)


def test_a_note_says_which_file(tmp_path):
    """The person should learn that a file was not understood, and one bad field should not cost the others."""
    (tmp_path / "CITATION.cff").write_text("title: [\n")
    (tmp_path / ".zenodo.json").write_text(json.dumps({"creators": [{"nome": "x"}], "version": "3"}))
    found = ask(tmp_path)
    assert any(note.startswith("CITATION.cff could not be read") for note in found.notes)
    assert any("creators from .zenodo.json" in note for note in found.notes)
    assert found.metadata.version == "3"


def test_account_and_file_name_come_last(tmp_path):
    """With nothing else to go by, the account's name and the file's name should do."""
    found = propose(tmp_path / "solar_position-noon.ipynb", notebook(), today=TODAY, git=False, account="Ada Lovelace")
    assert found.metadata.title == "Solar position noon" and found.sources["title"] == "from the file name"
    assert found.metadata.creators[0]["family_name"] == "Lovelace"
    assert found.sources["creators"] == "from your account on this computer"
    assert found.conflicts == ()


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r"),
        ("https://user:pass@github.com/o/r", "https://github.com/o/r"),
        ("git@gitlab.com:group/sub/r.git", "https://gitlab.com/group/sub/r"),
        ("ssh://git@example.org:2222/o/r.git", "https://example.org/o/r"),
        ("https://example.org:8443/o/r?token=x", "https://example.org:8443/o/r"),
        ("/srv/git/r.git", ""),
        ("file:///srv/r.git", ""),
        (r"C:\work\r", ""),
        ("https://[broken", ""),
    ],
)
def test_remotes_become_web_addresses(remote, url):
    """A remote should become an address for a browser, or nothing."""
    assert public_url(remote) == url


def test_headings_and_paragraphs():
    """Badges, code, tables and lists should not be taken for title or description."""
    ours = {"zenodo_jupyter": {"badge": True}}
    badge = {"cell_type": "markdown", "metadata": ours, "source": "# A DOI badge of ours, so to say"}
    nb = notebook(
        "[![Binder](https://mybinder.org/badge.svg)](https://mybinder.org)",
        "```python\n# not a heading\n```\n## Small\n\n- a list of some five words\n",
        "Rain in May\n===========\nBy me\n\nThis is *what* it is really about,\nin two lines.\n",
    )
    nb["cells"].insert(0, badge)
    assert first_heading(nb) == "Rain in May"
    assert first_paragraph(nb) == "This is *what* it is really about, in two lines."
    assert first_heading(notebook("<h1 align='center'>Storms</h1>")) == "Storms"
    assert first_heading(notebook("### Third\n## Second")) == "Third"
    assert first_heading({"cells": [{"cell_type": "markdown", "source": ["# In\n", "lists"]}]}) == "In"
    assert first_heading({}) == "" and first_paragraph({}) == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (MIT, "mit"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "lgpl-3.0-only"),
        (
            "GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007 … use the GNU Lesser General Public License",
            "gpl-3.0-only",
        ),
        ("Apache License\nVersion 2.0, January 2004", "apache-2.0"),
        ("Attribution-ShareAlike 4.0 International", "cc-by-sa-4.0"),
        ("Creative Commons Attribution 4.0 International", "cc-by-4.0"),
        ("SPDX-License-Identifier: BSD-2-Clause", "bsd-2-clause"),
        ("All rights reserved.", None),
    ],
)
def test_licences_are_told_by_their_text(text, key):
    """The commonest licences should be recognised, an unknown one left to the person."""
    assert licences.recognise(text) == key
