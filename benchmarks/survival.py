"""A thousand publications that die and are gone on with: ``make survival``, or ``python -m benchmarks.survival``.

Each story is a person who publishes two versions of a notebook and brings the second, through a server at which some requests
go wrong, in a process that dies at a random request or a random write of the journal. What is counted is the deaths that
were gone on with. After each version there must be one record with one DOI for it, every byte must be right, and every draft
that is left over must be offered for discard.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from survival import person, story

FLAVOURS = ("zenodo", "rdm")


def main() -> None:
    """Tell stories until enough deaths were survived; exits with 1 when one was not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deaths", type=int, default=1000, help="how many to survive (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first story; the next has the next")
    parser.add_argument(
        "--url", help="a real repository in place of the embedded one, whose token is in REPOSITORY_TOKEN"
    )
    args = parser.parse_args()
    real = (args.url, os.environ["REPOSITORY_TOKEN"]) if args.url else None
    deaths = stories = failed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-survival-") as scratch:
        # Nothing of the person who runs this is looked at.
        os.environ.update(HOME=scratch, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring", UV_NO_INDEX="1")
        while deaths < args.deaths:
            seed = args.seed + stories
            rng = random.Random(seed)
            with person(Path(scratch, str(seed)), rng.choice(FLAVOURS), real) as one:
                try:
                    story(one, rng)
                except AssertionError as e:
                    failed += 1
                    print(f"story {seed} ended badly: {e}", flush=True)
                deaths += one.troubles.count("died")
            stories += 1
            if stories % 10 == 0:
                print(f"{deaths} deaths in {stories} stories, {failed} ended badly", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"{deaths} deaths in {stories} stories were survived, {failed} stories ended badly; {minutes:.0f} min")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
