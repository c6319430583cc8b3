"""The checks: they find what is planted, and leave ordinary notebooks alone."""

from __future__ import annotations

import base64
import json
import string
import time
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import bundle as bundles
from zenodo_jupyter import checks, notebook
from zenodo_jupyter.bundle import Bundle, BundleFile, Limits
from zenodo_jupyter.environment import Environment, Pin
from zenodo_jupyter.metadata import Metadata

NOTEBOOK = BundleFile("n.ipynb", "notebook", "", content=b"{}")
TOKEN = "kJ8sLq2ZpX0vN4mB7cR1tY6wE3uI9oA5"


def check(*cells, files=(), tokens=(), folder=Path("/nowhere"), **more):
    """Run the checks on a notebook of these cells and files; return (id, severity, where)."""
    nb = new_notebook(
        cells=[new_code_cell(c, execution_count=n) if isinstance(c, str) else c for n, c in enumerate(cells, 1)]
    )
    bundle = Bundle(folder, (NOTEBOOK, *files))
    return checks.run(nb, bundle, tokens=tokens, **more)


def ids(findings):
    return [finding.id for finding in findings]


# Made up, and put together here so that nobody's scanner takes this file for a leak.
SECRETS = {
    "GitHub": "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9",
    "GitHub, fine": "github_pat_" + "11ABCDEFG0aB3dE6gH9jK2_mN5pQ8sT1vW4yZ7",
    "OpenAI": "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT",
    "Anthropic": "sk-ant-" + "api03-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7",
    "Hugging Face": "hf_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH",
    "AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "Google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "Slack": "xoxb-" + "123456789012-abcdefghijkl",
    "GitLab": "glpat-" + "aB3dE6gH9jK2mN5pQ8sT",
    "JWT": "eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "address": "postgresql://ada:" + "S3cr3t99@db.example.org/rain",
    "address, token": "https://api.example.org/v1?access_token=" + TOKEN,
    "header": 'headers = {"Authorization": "Bearer ' + TOKEN + '"}',
    "keyword": f'zenodo_token = "{TOKEN}"',
    "dictionary": f'{{"api_key": "{TOKEN}"}}',
    "argument": 'connect(user="ada", password="hunter2!x")',
    "environment": f'os.environ["ZENODO_TOKEN"] = "{TOKEN}"',
    "magic": f"%env ZENODO_TOKEN={TOKEN}",
    "shell": f"!export AWS_SECRET_ACCESS_KEY={TOKEN} && aws s3 ls",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_secret_in_a_cell_blocks(kind):
    """Each kind of secret in the source blocks, and the message does not repeat it."""
    (found,) = [f for f in check(SECRETS[kind]) if f.severity == "block"]
    assert (found.id, found.where, found.cell) == ("SEC1", "cell [1]", 0)
    assert not any(secret in found.message for secret in (TOKEN, "hunter2!x", "S3cr3t99", SECRETS["GitHub"]))


@pytest.mark.parametrize("kind", ["GitHub", "AWS", "JWT", "private key", "address"])
def test_secret_in_outputs_metadata_and_files_blocks(kind):
    """Secrets are found where escapes and colours hide them: outputs, metadata, text files."""
    secret = SECRETS[kind]
    output = new_output("stream", text=f"\x1b[31m{secret}\x1b[0m")
    assert "SEC1" in ids(check(new_code_cell("x", outputs=[output])))
    assert "SEC1" in ids(
        check(new_code_cell("x", outputs=[new_output("display_data", {"text/html": f"<b>{secret}</b>"})]))
    )
    assert "SEC1" in ids(check(new_markdown_cell("x", metadata={"a": [{"b": secret}]})))
    assert "SEC1" in ids(check(files=[BundleFile("conf.txt", "data", "", content=secret.encode())]))


def test_secret_of_a_widget_blocks():
    """What was typed into a password widget stands in the notebook's metadata."""
    nb = new_notebook(metadata={"widgets": {"state": {"m": {"state": {"password": "hunter2!x"}}}}})
    bundle = Bundle(Path("/nowhere"), (NOTEBOOK,))
    assert "SEC1" in ids(checks.run(nb, bundle))


def test_named_dotenv_file_blocks():
    """A .env file that a person named is read line by line."""
    (found,) = check(files=[BundleFile("conf/.env", "data", "", content=f"A=1\nAPI_TOKEN={TOKEN}\n".encode())])
    assert (found.id, found.where) == ("SEC1", "conf/.env")


@settings(deadline=None)
@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=20, max_size=60))
def test_own_token_always_blocks(token):
    """A token of the person's own repositories blocks whatever it looks like, and is never shown."""
    (found,) = [f for f in check(f"print('{token}')", tokens=[token]) if f.severity == "block"]
    assert "a token of yours" in found.message
    assert token not in json.dumps(found.to_json())


@pytest.mark.parametrize(
    "source",
    [
        'password = getpass.getpass("Password: ")', 'token = os.environ["ZENODO_TOKEN"]', 'api_key = "YOUR_API_KEY"',
        'api_key="<your key here>"', 'tokenizer.pad_token = "<|endoftext|>"', 'secret = "the quick brown fox"',
        'password = "password"', 'url = "postgresql://user:password@localhost/db"', 'url = f"https://{user}:{pw}@host"',
        'sep_token="[SEP]", cls_token="[CLS]"', "tokens = text.split()", 'key = "temperature_mean_2024"',
        'html = "<div class=\\"sk-container-id-1 sk-text-repr-fallback-estimator\\">"',
        'auth_key_path = "conf/keys/2024/key1.json"',
        'token_pattern = r"(?u)\\b\\w\\w+\\b"', 'sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
        'img = "' + base64.b64encode(bytes(range(256)) * 4).decode() + '"', "task-1234567890-abcdefghijklmnop",
    ],
)  # fmt: skip
def test_no_false_secrets(source):
    """What only looks like a secret is left alone."""
    assert [f for f in check(source) if f.severity == "block"] == []


def test_large_and_binary_files_are_not_searched():
    """Images and large data cost no time and give no finds."""
    secret = SECRETS["GitHub"].encode()
    big = BundleFile("big.txt", "data", "", content=secret + b" " * 1_000_001)
    binary = BundleFile("b.npy", "data", "", content=b"\0" + secret)
    assert check(files=[big, binary]) == ()


def test_missing_absolute_and_web_data(tmp_path):
    """Missing files and paths of one machine are errors, the web is a warning; each says its cell."""
    (tmp_path / "a.csv").write_text("1")
    found = check(
        "import numpy as np, pandas as pd\npd.read_csv('gone.csv')", f"open({str(tmp_path / 'a.csv')!r})",
        "np.load('/home/ada/x.npy')",
        "pd.read_csv('https://example.org/a.csv')", folder=tmp_path,
    )  # fmt: skip
    assert [(f.id, f.severity, f.where) for f in found] == [
        ("DAT1", "error", "cell [1]"), ("DAT2", "error", "cell [2]"), ("DAT2", "error", "cell [3]"),
        ("DAT3", "warning", "cell [4]"),
    ]  # fmt: skip
    assert "Write a.csv in the code" in found[1].fix


def test_order_and_errors():
    """A stored error, a cell out of order and one that was not run are warnings; an error that is meant is none."""
    error = new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])
    cells = [
        new_code_cell("1/0", execution_count=5, outputs=[error]),
        new_code_cell("1/0", execution_count=6, outputs=[error], metadata={"tags": ["raises-exception"]}),
        new_code_cell("2", execution_count=2),
        new_code_cell("3"),
        new_code_cell(""),
    ]
    found = check(*cells)
    assert [(f.id, f.cell) for f in found] == [("OUT1", 0), ("ORD1", 2), ("ORD3", 3)]
    assert "ZeroDivisionError" in found[0].message


def test_notebook_that_was_not_run():
    """A notebook without outputs is one warning, not one for each cell."""
    assert ids(check(new_code_cell("2"), new_code_cell("3"))) == ["OUT2"]


def test_limits_and_names():
    """More files than fit and empty files are told without alarm; names that other systems refuse are warned of."""
    names = ["a.csv", "A.csv", "aux.txt", "data/what?.csv", "empty.txt"]
    files = [BundleFile(name, "data", "", content=b"" if "empty" in name else b"1") for name in names]
    found = check(files=files, within=Limits(max_files=5))
    assert [(f.id, f.severity) for f in found] == [("NAM1", "warning")] * 3 + [("SIZ1", "info")] * 2
    assert ids(check(files=files[:1])) == []


def test_environment_findings():
    """A missing module and a package from this machine are errors."""
    described = Environment(
        "3.11", (Pin("mine", "1.0", True, local=True), Pin("numpy", "2.0", True)), ("torch",), "Unknown kernel."
    )
    assert ids(check(described=described)) == ["ENV1", "ENV2", "ENV3"]
    assert ids(check(described=Environment("3.11", (), ("zenodo_jupyter",)))) == [], (
        "what publishes is not what is published"
    )


def test_description_findings():
    """Missing fields and licence are errors, a short description is a warning, a missing ORCID is told."""
    poor = Metadata.from_dict({"title": "T", "creators": ["Lovelace, Ada"], "publication_date": "2026-01-01"})
    rich = Metadata.from_dict(
        {"title": "Rain in May", "creators": [{"name": "Lovelace, Ada", "orcid": "0000-0002-1825-0097"}],
         "publication_date": "2026-01-01",
         "resource_type": "software-computationalnotebook", "publisher": "Zenodo", "license": "MIT",
         "description": "How much it rained in Zürich in May, from hourly sums of one gauge, with its errors."}
    )  # fmt: skip
    bundle = Bundle(Path("/nowhere"), (NOTEBOOK,))
    assert {"LIC1", "MET2", "MET3"} <= set(ids(checks.run(new_notebook(), bundle, poor)))
    assert checks.run(new_notebook(), bundle, rich) == ()


def test_gravest_first_and_as_json():
    """Findings come in the order of their weight and can be sent as JSON."""
    web = "import pandas as pd\npd.read_csv('https://example.org/a.csv')"
    found = check(web, f"'{SECRETS['GitHub']}'", "open('gone.csv')")
    assert [f.severity for f in found] == ["block", "error", "warning"]
    assert set(found[0].to_json()) == {"id", "severity", "message", "fix", "where", "cell", "share", "remedies"}
    assert all(f.fix for f in found)


def test_ordinary_notebooks_are_quiet_and_fast():
    """Notebooks that others wrote give no block, and the checks take milliseconds."""
    import papermill

    paths = sorted(Path(papermill.__file__).parent.rglob("*.ipynb"))
    read = [(notebook.read(path), bundles.collect(path)) for path in paths]
    began = time.process_time()
    found = [checks.run(nb, bundle) for nb, bundle in read]
    assert time.process_time() - began < 0.1 * len(paths)
    assert "block" not in {f.severity for findings in found for f in findings}


def test_collected_notebook_is_checked(tmp_path):
    """Collecting and checking go together on a file as it lies on disk."""
    (tmp_path / "a.csv").write_text("1")
    nbformat.write(new_notebook(cells=[new_code_cell("open('a.csv')", execution_count=1)]), tmp_path / "n.ipynb")
    assert checks.run(notebook.read(tmp_path / "n.ipynb"), bundles.collect(tmp_path / "n.ipynb")) == ()
