"""Kill the server 200 times while three people work on it: ``python -m benchmarks.crashes [--kills N] [--seed N]``.

After each kill the store must be consistent, and in the end everything that was ever acknowledged must be there: records,
the bytes of their files, their DOIs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from crashing import Said, kill_once, missing


def main() -> None:
    """Kill, look, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    said, wrong, began = Said(), [], time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-crashes-") as folder:
        for seed in range(args.seed, args.seed + args.kills):
            wrong += [f"seed {seed}: {line}" for line in kill_once(Path(folder), seed, said)]
        wrong += missing(Path(folder), said)
    print(
        f"{args.kills} kills in {time.perf_counter() - began:.0f} s: {len(said.dois)} records with their DOIs and "
        f"{len(said.files)} files were acknowledged; {len(wrong)} things are wrong."
    )
    sys.exit("\n".join(wrong[:50]) if wrong else 0)


if __name__ == "__main__":
    main()
