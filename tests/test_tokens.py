"""Tokens: bound to their host, shown nowhere, kept for their owner only."""

from __future__ import annotations

import copy
import json
import os
import pickle
import stat
import time

import keyring
import pytest
from keyring.backend import KeyringBackend

from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.oauth import Grant
from zenodo_jupyter.rows import row_for, rows
from zenodo_jupyter.tokens import Token, TokenStore, mask, origin

SECRET = "s3cr3t-t0ken-of-somebody"
ZENODO, SANDBOX = rows()["zenodo"], rows()["sandbox"]


@pytest.fixture
def config(tmp_path):
    return Config(data_dir=tmp_path / "data")


def test_a_token_shows_itself_nowhere():
    """Neither repr, str, format, vars nor pickle give the secret away."""
    token = Token(f" {SECRET}\n", "https://zenodo.org/api")
    for text in (repr(token), str(token), f"{token}", f"{[token]}", repr(getattr(token, "__dict__", ""))):
        assert SECRET not in text
    with pytest.raises(TypeError):
        pickle.dumps(token)
    with pytest.raises(TypeError):
        copy.copy(token)
    assert token.value == SECRET and token.repository_url == "https://zenodo.org"


@pytest.mark.parametrize("wrong", ["", "  ", "two words", "line\nbreak" + SECRET, "ünïcode"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(wrong):
    """Should fail before it gets into a header, whose errors would quote it."""
    with pytest.raises(BadInput) as caught:
        Token(wrong, "https://zenodo.org")
    assert not wrong.strip() or wrong not in str(caught.value)


def test_a_server_that_repeats_the_token_is_masked():
    """Also where it comes back encoded for an address."""
    assert mask("bad: a+b/c and a%2Bb%2Fc", [Token("a+b/c", "https://zenodo.org"), None]) == "bad: *** and ***"


def test_an_origin_is_scheme_host_and_port():
    """Other ports, schemes and hosts are other places; the standard port is the same."""
    same = {origin(u) for u in ("https://zenodo.org", "https://ZENODO.org:443/api", "https://zenodo.org/x?y")}
    assert same == {"https://zenodo.org"}
    others = (
        "http://zenodo.org",
        "https://zenodo.org:8443",
        "https://zenodo.org.evil.example",
        "https://sandbox.zenodo.org",
    )
    assert not same & {origin(u) for u in others}


def test_variables_are_bound_to_their_hosts(config):
    """A variable's token goes to its own repository only, whatever a configuration calls another one."""
    environ = {"ZENODO_TOKEN": "aaa", "ZENODO_SANDBOX_TOKEN": "bbb"}
    store = TokenStore(config, environ)
    assert store.get(ZENODO).value == "aaa"
    assert store.get(SANDBOX).value == "bbb"
    assert store.get(row_for("https://rdm.example.org")) is None
    config.repositories = {"zenodo": {"url": "https://evil.example", "token_env": ["ZENODO_TOKEN"]}}
    from zenodo_jupyter.rows import configured

    assert store.get(configured(config)["zenodo"]) is None


def test_the_own_variable_goes_to_the_own_url_only(config):
    """ZENODO_JUPYTER_TOKEN is nothing without ZENODO_JUPYTER_URL."""
    lab = row_for("https://rdm.example.org")
    assert TokenStore(config, {"ZENODO_JUPYTER_TOKEN": "ccc"}).get(lab) is None
    environ = {"ZENODO_JUPYTER_TOKEN": "ccc", "ZENODO_JUPYTER_URL": "https://rdm.example.org/"}
    assert TokenStore(config, environ).get(lab).value == "ccc"
    assert TokenStore(config, environ).get(ZENODO) is None


def test_the_file_is_for_its_owner_only(config):
    """Mode 0600 in a folder of mode 0700, and the environment goes before it."""
    store = TokenStore(config, {})
    where = store.set(ZENODO, SECRET)
    assert where == str(store.path)
    assert store.get(ZENODO).value == SECRET
    assert store.get(SANDBOX) is None
    if os.name == "posix":
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert TokenStore(config, {"ZENODO_TOKEN": "fromenv"}).get(ZENODO).value == "fromenv"


def test_list_names_places_and_never_tokens(config):
    """Also repositories that are known by address only."""
    store = TokenStore(config, {"ZENODO_SANDBOX_TOKEN": SECRET})
    store.set(row_for("https://rdm.example.org"), SECRET)
    listed = store.list()
    assert [name for name, _ in listed] == ["https://rdm.example.org", "sandbox"]
    assert SECRET not in repr(listed)
    assert store.values() == (SECRET,)


def test_forget(config):
    """What is forgotten is in no file any more."""
    store = TokenStore(config, {})
    store.forget(ZENODO)
    store.set(ZENODO, SECRET)
    store.set(SANDBOX, "other")
    store.forget(ZENODO)
    assert store.get(ZENODO) is None
    assert store.get(SANDBOX).value == "other"
    assert SECRET not in store.path.read_text()


def test_a_damaged_file_is_said_without_quoting_it(config):
    """Should fail with the file's name, and nothing of what is in it."""
    config.data_dir.mkdir()
    (config.data_dir / "tokens.json").write_text('{"https://zenodo.org": "' + SECRET)
    with pytest.raises(BadInput) as caught:
        TokenStore(config, {}).get(ZENODO)
    assert "tokens.json" in str(caught.value) and SECRET not in str(caught.value)


class Memory(KeyringBackend):
    """A keyring that keeps things as long as the test runs."""

    priority = 1

    def __init__(self, locked=False):
        super().__init__()
        self.kept, self.locked = {}, locked

    def _open(self):
        if self.locked:
            raise keyring.errors.KeyringLocked("no one here to unlock it")

    def get_password(self, service, username):
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self._open()
        del self.kept[service, username]


@pytest.fixture
def use_keyring():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_keyring_is_used_where_there_is_one(config, use_keyring):
    """The secret is then in no file, but `list` knows of it."""
    use_keyring(backend := Memory())
    store = TokenStore(config, {})
    assert "keyring" in store.set(ZENODO, SECRET)
    assert SECRET not in store.path.read_text()
    assert store.get(ZENODO).value == SECRET
    assert store.list() == [("zenodo", "the system keyring")]
    assert store.values() == (SECRET,)
    store.forget(ZENODO)
    assert backend.kept == {} and store.list() == []


def test_a_locked_keyring_leads_to_the_file(config, use_keyring):
    """On a hub nobody can unlock it."""
    use_keyring(Memory(locked=True))
    store = TokenStore(config, {})
    assert store.set(ZENODO, SECRET) == str(store.path)
    assert store.get(ZENODO).value == SECRET
    assert json.loads(store.path.read_text()) == {"https://zenodo.org": SECRET}


def test_a_sign_in_is_kept_in_the_keyring_too(config, use_keyring):
    """All of it, as one entry, and none of it in the file; one that has ended and cannot be renewed is none."""
    use_keyring(Memory())
    store = TokenStore(config, {})
    grant = Grant("an-access-token", "a-refresh-token", time.time() + 3600)
    assert store.set(ZENODO, grant) == "the system keyring"
    assert store.grant(ZENODO) == grant and store.get(ZENODO).value == "an-access-token"
    assert "access-token" not in store.path.read_text() and "access-token" not in repr(store.get(ZENODO)) + repr(grant)
    assert set(store.values()) == {"an-access-token", "a-refresh-token"}
    store.set(ZENODO, Grant("an-access-token", "", time.time() - 1))
    assert store.get(ZENODO) is None
    store.forget(ZENODO)
    assert store.grant(ZENODO) is None and store.list() == []
