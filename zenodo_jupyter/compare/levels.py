"""The ladder on which two outputs are compared: how far up a pair stands, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How alike two outputs are; lower is better.

    The rungs follow the studies of Pimentel et al. (doi:10.1007/s10664-021-09961-9, text normalisers and images) and
    Hossain and Malik (arXiv:2509.23645, an index by kind of value), with bounds for numbers of 1e-6, 1e-3 and 5 %, and
    for images of 0.98 and 0.90 in structural similarity.
    """

    #: The same bytes.
    IDENTICAL = 0
    #: The same but for white space, colour codes and how a stream was cut; for images: every pixel the same.
    LAYOUT = 1
    #: The same but for what changes from run to run: addresses, the day of the run, durations, progress bars, random ids.
    VOLATILE = 2
    #: Numbers within 1e-6 of each other.
    ROUNDING = 3
    #: Numbers within 1e-3.
    THOUSANDTH = 4
    #: An image with a structural similarity of 0.98 or more, everywhere.
    LOOKS_SAME = 5
    #: An image with a structural similarity of 0.90 or more.
    LOOKS_ALIKE = 6
    #: Numbers within 5 %.
    FIVE_PERCENT = 7
    #: Different.
    DIFFERENT = 8


@dataclass(frozen=True)
class Match:
    """The result for one pair of values.

    Attributes
    ----------
    level : Level
        Where it stands on the ladder.
    detail : str
        What differs, for a person to read; empty when nothing does.
    """

    level: Level
    detail: str = ""


IDENTICAL = Match(Level.IDENTICAL)


def worst(matches: Iterable[Match]) -> Match:
    """Return the match that stands worst (the first of equals); identical when there are none.

    >>> worst([Match(Level.LAYOUT), Match(Level.DIFFERENT, "1 became 2")]).detail
    '1 became 2'
    """
    return max(matches, key=lambda match: match.level, default=IDENTICAL)
