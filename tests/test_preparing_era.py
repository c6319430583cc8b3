"""Packages of a day: what is installed for a record that does not say which it needs, out of an index on this machine."""

from __future__ import annotations

from datetime import date, timedelta

import nbformat
from small_record import installed, outlook_of, runs_with

from zenodo_jupyter.attempts import attempt
from zenodo_jupyter.config import Config
from zenodo_jupyter.preparing import prepare


def test_without_a_word_on_packages_those_of_the_day_are_taken(index, record):
    """Should fail if an old record gets today's packages, or if it is not called inferred."""
    folder = record()
    outlook = outlook_of(folder)
    assert outlook.steps == ("era", "today", "current")
    assert "packages of June 2022, by what it imports (tinypkg)" in outlook.words
    done = prepare(outlook)
    assert (done.used.step, done.used.day, done.used.inferred) == ("era", "2022-06-01", True)
    assert runs_with(folder, done.python) == "2.0\n"


def test_the_packages_of_a_day_are_asked_for_once(index, record):
    """Should fail if a second run of an old notebook needs an index, or gets other packages."""
    folder = record()
    first = prepare(outlook_of(folder))
    index.close()
    again = prepare(outlook_of(folder))
    assert (again.python, again.used.step, again.used.day) == (first.python, "era", "2022-06-01")


def test_what_code_asks_for_while_it_runs_is_put_in_where_packages_are_guessed(index, record, tmp_path):
    """Should fail if a package that a library wants for some things only keeps an old notebook from running."""
    asks = "def go():\n try: import hidden\n except ImportError: raise ImportError('PyHidden must be installed')\n"
    index.add("asks", "1.0", "2022-01-01", {"asks.py": asks + " return hidden.__version__\n"})
    index.add("hidden", "1.5", "2022-01-01")
    index.add("hidden", "2.5", "2024-01-01")
    folder = record(source="import asks; print(asks.go())")
    how = {"timeout": None, "environment": None, "parameters": None, "network": True}
    one = attempt(folder, "n.ipynb", published=date(2022, 6, 1), config=Config.load(), **how)
    prepared, execution = one.do(tmp_path / "executed.ipynb", left=None, report=lambda p: None, cancel=None)
    assert execution.ok and nbformat.read(tmp_path / "executed.ipynb", 4).cells[0].outputs[0].text == "1.5\n"
    assert "hidden" in prepared.notes[-1] and prepared.used.day == "2022-06-01"
    assert "hidden==1.5" in prepared.requirements


def test_the_day_before_is_taken_where_that_of_the_publication_cannot_be_imported(index, record):
    """Should fail if packages that do not even import are kept though earlier ones do."""
    index.add("tinypkg", "2.1", "2022-05-20", {"tinypkg.py": "raise ImportError('broken release')\n"})
    done = prepare(outlook_of(record()))
    assert (done.used.step, done.used.day) == ("era", "2021-12-03")
    assert installed(done)["tinypkg"] == "1.0"


def test_a_package_is_not_taken_years_too_old(index, record):
    """Should fail if the resolver may go back by years to fit another package, where there is another way."""
    index.add("other", "1.0", "2022-01-01", requires=("tinypkg<2",))
    index.add("other", "0.9", "2015-01-01", requires=())
    index.add("tinypkg", "0.1", "2015-01-01")
    folder = record(source="import tinypkg, other")
    done = prepare(outlook_of(folder, published=date(2024, 6, 1)))
    versions = installed(done)
    assert (versions["tinypkg"], versions["other"]) == ("3.0", "0.9")


def test_a_package_that_no_index_has_is_left_out_and_said(index, record):
    """Should fail if one import of an unknown name keeps all others from being installed."""
    done = prepare(outlook_of(record(source="import tinypkg, homemade_thing")))
    assert done.used.step == "era"
    assert installed(done)["tinypkg"] == "2.0"
    assert any("homemade-thing is in no package index" in note for note in done.notes)


def test_loose_requirements_are_resolved_for_their_day(index, record):
    """Should fail if versions that the author left open are taken for exact ones, or from today."""
    folder = record({"requirements.txt": "tinypkg>=1\n--index-url http://evil.example/simple\n"})
    outlook = outlook_of(folder)
    assert outlook.steps == ("era", "today", "current")
    assert "Not followed, since they lead elsewhere than to your index: --index-url" in outlook.words
    assert installed(prepare(outlook))["tinypkg"] == "2.0"


def test_a_young_record_gets_todays(index, record):
    """Should fail if for a record of last week days are tried that make no difference."""
    outlook = outlook_of(record(), published=date.today() - timedelta(days=7))
    assert outlook.steps == ("today", "current")
    done = prepare(outlook)
    assert (done.used.step, installed(done)["tinypkg"]) == ("today", "3.0")


def test_what_was_published_as_sources_alone_is_built_where_the_wheels_do_not_fit(index, record):
    """Should fail if an old notebook is left with a wheel that is too old for the others, though what they need was there."""
    needs = "import tinypkg\nassert tinypkg.__version__ == '2.5'\n"
    index.add("needs", "1.0", "2022-04-01", {"needs.py": needs})
    index.add_source("tinypkg", "2.5", "2022-04-01")
    done = prepare(outlook_of(record(source="import needs, tinypkg")))
    assert (done.used.step, done.used.day) == ("era", "2022-06-01")
    assert installed(done)["tinypkg"] == "2.5"
