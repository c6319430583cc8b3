"""Check some 700 notebooks that nobody here wrote: without a crash, quickly, and with findings that make sense.

    python notebooks/volume.py [FOLDER] [--show ID]

All notebooks of a dozen distributions on the Python package index are fetched into FOLDER (default: corpus/volume), each
distribution compared with the SHA-256 that is written here; then each is collected and checked as if it were to be published.
It prints how often each check found something and how long it took, every secret that was found, since at most one in 500
clean notebooks may be none, and with ``--show RND1`` what that check said. Data files
are not fetched, so that DAT1 finds them missing.
"""

from __future__ import annotations

import argparse
import io
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from corpus import distribution

#: Name, version and SHA-256. Their notebooks keep their own licences (BSD, MIT, NCSA) and are not part of this project.
DISTRIBUTIONS = (
    ("statsmodels", "0.15.0", "5d257fe58d0772bc46a557880ca78e2a8e07fec7bfd9d11074aef8e33e1aecbc"),
    ("hdbscan", "0.8.44", "1ac6196fabdd42072284b60c9be7b9b504b5f4f25cf7a551a8af29a3c7963a4d"),
    ("lmfit", "1.3.4", "3c22c28c43f717f6c5b4a3bd81e893a2149739c26a592c046f2e33c23cfbe497"),
    ("pysindy", "2.1.0", "369659db632e72e670b64cfd79fd3c0b9efc8e3a36f0c35f4f11b844e863bb08"),
    ("pvlib", "0.16.1", "58c435f93be516bcedf53dc3a49b2079e9e00af373f5c052cb7cf8d2b973ce62"),
    ("linearmodels", "7.1", "870ed2be6aac0550e89abd38bc37b0353762ca8ef6247290b87baca08f37f2a8"),
    ("seaborn", "0.13.2", "93e60a40988f4d65e9f4885df477e2fdaff6b73a9ded434c1ab356dd57eefff7"),
    ("libpysal", "4.14.1", "84a0a832178e57b54f7da35f1c3385c1eaf99016ec8ff819add3b89d36aaff1c"),
    ("nbval", "0.11.0", "77c95797607b0a968babd2597ee3494102d25c3ad37435debbdac0e46e379094"),
    ("nbdime", "4.0.4", "8cd25ecfeeb5105d563237d7f64eb4748058fba9bba9ab3892a1ff61e177ce16"),
    ("papermill", "2.7.0", "ec10b37594a060662f57269e1ebd108c209d204450f00fdfeb70a1c7cfb7fbc8"),
    ("jupytext", "1.19.6", "ba1d143bb3751e054d3164376b148ee8fa74e1a860fc9411e1da93ff588b8a17"),
    ("holoviews", "1.23.2", "0742d9d1dbc645611f04f8b948558febf556f712872a1e5bc96c37790722e6ca"),
)


def fetch(folder: Path) -> None:
    """Fetch the notebooks that are not there yet."""
    for name, version, sha256 in DISTRIBUTIONS:
        place = folder / f"{name}-{version}"
        if place.exists():
            continue
        print(f"fetching {name} {version}", flush=True)
        for path, content in _notebooks(distribution(name, version, sha256)):
            target = place.joinpath(*PurePosixPath(path).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _notebooks(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the notebooks in an archive; none of those pinned has a name that leaves it."""
    if archive.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist() if name.endswith(".ipynb"))
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".ipynb"):
                stream = tar.extractfile(member)
                yield member.name.split("/", 1)[1], stream.read() if stream else b""


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("corpus/volume"))
    parser.add_argument("--show", metavar="ID", help="print what this check said")
    args = parser.parse_args()
    fetch(args.folder)

    from zenodo_jupyter import bundle, checks, notebook

    found: Counter[str] = Counter()
    seconds = []
    for path in sorted(args.folder.rglob("*.ipynb")):
        nb = notebook.read(path)
        files = bundle.collect(path, data=(), exclude=(), limits=bundle.Limits())
        begin = time.process_time()
        findings = checks.run(nb, files)
        seconds.append(time.process_time() - begin)
        found.update({finding.id for finding in findings})
        for finding in findings:
            if finding.id in (args.show, "SEC1"):  # nobody left a secret there knowingly: read each of these
                print(f"{path.relative_to(args.folder)}: {finding.where}: {finding.message}")
    seconds.sort()
    middle, late = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    print(
        f"{len(seconds)} notebooks, {middle * 1e3:.1f} ms of processor time each (95 of 100 below {late * 1e3:.0f} ms)"
    )
    print("notebooks with a finding: " + ", ".join(f"{name} {number}" for name, number in sorted(found.items())))


if __name__ == "__main__":
    main()
