"""Progress that is true: of what is to be moved, with the rate of the last seconds, and what is there already beside it."""

from __future__ import annotations

import pytest

from zenodo_jupyter.report import Progress
from zenodo_jupyter.workers import Meter


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told():
    return []


def moved(key: str, done: int, size: int) -> Progress:
    return Progress("upload", f"Sending {key}", done, size, "B", key)


def test_rate_and_time_left_are_those_of_the_last_seconds(told):
    """A connection that got slower is said to be slow."""
    clock = Clock()
    meter = Meter("upload", {"a": 10_000, "b": 2_000}, told.append, clock=clock)
    for second in range(1, 21):
        clock.now = 100.0 + second
        meter(moved("a", min(4_000, 1_000 * second) + 50 * max(0, second - 4), 10_000))
    last = told[-1]
    assert (last.done, last.total) == (4_800, 12_000)
    assert last.rate == pytest.approx(50) and last.seconds_left == pytest.approx(7_200 / 50)
    assert (last.files_done, last.files_total) == (0, 2)


def test_what_is_sent_anew_is_not_counted_twice(told):
    """A file that begins again goes back, and the rate is never negative."""
    clock = Clock()
    meter = Meter("upload", {"a": 1_000}, told.append, clock=clock)
    for second, done in enumerate((400, 800, 0, 100, 1_000), start=1):
        clock.now = 100.0 + second
        meter(moved("a", done, 1_000))
    assert [p.done for p in told] == [400, 800, 0, 100, 1_000]
    assert all(p.rate is None or p.rate >= 0 for p in told)
    assert (told[-1].files_done, told[-1].seconds_left) == (1, 0)


def test_what_is_there_is_said_and_not_counted(told):
    """Neither bytes nor rate have it in them."""
    meter = Meter("upload", {"a": 1_000, "b": 5}, told.append, already=2, clock=Clock())
    meter.have(["a"])
    assert told[-1].message == "3 files are there already"
    assert (told[-1].total, told[-1].files_total, told[-1].files_there) == (5, 1, 3)


def test_a_stall_shows(told):
    """Nothing moves: the rate falls, no time left is promised, and what is waited for is said."""
    clock = Clock()
    meter = Meter("upload", {"a": 1_000}, told.append, clock=clock)
    clock.now += 1
    meter(moved("a", 500, 1_000))
    meter.waits(27.0, "Zenodo")
    for _ in range(30):
        clock.now += 1
        meter.beat()
    assert (told[-1].rate, told[-1].seconds_left) == (0, None)
    assert "Zenodo" in told[-1].message and "27 s" in told[-1].message
