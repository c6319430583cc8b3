"""Whatever goes wrong, the outcome is the right record, or an error in words that a second call mends.

Every fault alone at the step that cannot be undone, and sequences of faults that hypothesis makes up: a few here, more with
``--stories N``. Every fault with every request, and a thousand deaths, is what ``make survival`` does.
"""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from survival import CONTENT, PUBLISH, SPECIAL, TROUBLES, person, story

from zenodo_jupyter import http, repositories
from zenodo_jupyter.pacing import Pace


def name_of(fault):
    """Return what a test is called."""
    date = " at a date" if "Date" in fault.headers else ""
    return f"{fault.when} {fault.status if fault.when in ('instead', 'after') else ''}{date}".strip()


@pytest.mark.parametrize("fault", TROUBLES, ids=name_of)
def test_any_trouble_with_publishing_makes_one_record(tmp_path, fault):
    """Also where it succeeded and the answer says otherwise, and where it was sent on twice."""
    with person(tmp_path) as one:
        one.server.fail(replace(fault, method="POST", path=PUBLISH))
        one.check(one.publish_until_done(tries=2), 1)
        assert one.server.faults[:1] == [] or one.server.faults[0].times == 0
        assert len(one.troubles) <= 1


@pytest.mark.parametrize("fault", SPECIAL, ids=lambda f: f"{f.method} {f.when} {f.status}")
def test_bytes_that_get_lost_or_wrong_are_sent_again(tmp_path, fault):
    """Flipped on the way, taken in with status 200 and lost, or gone when they are to be committed."""
    with person(tmp_path, "rdm") as one:
        one.server.fail(replace(fault))
        one.check(one.publish_until_done(tries=2), 1)
        assert len(one.troubles) <= 1


@pytest.mark.parametrize("fault", [f for f in TROUBLES if "Date" not in f.headers], ids=name_of)
def test_any_trouble_with_bringing_brings_the_right_bytes(brought, fault):
    """Nothing else is left in the folder."""
    one, doi = brought
    one.server.faults[:] = [replace(fault, method="GET", path=CONTENT, times=2)]
    one.get_until_done(doi, tries=3)
    assert one.server.faults == [] or one.server.faults[0].times == 0


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    """A person with a record."""
    with person(tmp_path_factory.mktemp("brought")) as one:
        yield one, str(one.publish_until_done().record.doi)


def test_clock_that_jumps(tmp_path, monkeypatch):
    """Forward a day and back a year while it is published: what goes by the clock neither fails nor waits for that long."""
    at = iter(range(10**6))

    def jumping():
        return time.time() + (86400 if next(at) % 3 else -31e6)

    monkeypatch.setattr(http, "time", SimpleNamespace(time=jumping))
    monkeypatch.setattr(repositories, "Pace", partial(Pace, clock=jumping))
    with person(tmp_path) as one:
        app = one.server.app

        def counting(environ, start_response):
            limits = {"Limit": "60", "Remaining": "20", "Reset": str(int(time.time()) + 60)}
            rates = [(f"X-RateLimit-{name}", value) for name, value in limits.items()]
            return app(environ, lambda status, headers: start_response(status, [*headers, *rates]))

        one.server.app = counting
        one.server.fail(replace(TROUBLES[1], method="PUT", path=CONTENT))
        one.check(one.publish_until_done(tries=2), 1)
        assert not [said for said in one.troubles if "slow down" in said]


def test_sequences_of_faults_and_deaths(pytestconfig):
    """Two versions are published and the second is brought, whatever fails and dies in between."""

    @settings(
        max_examples=pytestconfig.getoption("--stories"), deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 2**32))
    def told(seed):
        with tempfile.TemporaryDirectory() as folder, person(Path(folder), ("zenodo", "rdm")[seed % 2]) as one:
            story(one, random.Random(seed))

    told()
