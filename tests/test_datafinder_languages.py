"""What notebooks in other languages than Python read and write is found by the strings in their code."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter.datafinder import find

CASES = {
    "r": [
        ("d <- read.csv('data/a.csv', sep = ';')", {("data/a.csv", "read", "inside")}),
        ('d <- readr::read_csv(file.path("data", "a.csv"))  # "b.csv"', {("data/a.csv", "read", "inside")}),
        ("d <- readRDS(here::here('data', 'a.csv'))", {("data/a.csv", "read", "inside")}),
        ("write.csv(d, file = 'out.csv'); ggsave('fig.png')", {("out.csv", "written", "inside")}),
        ("con <- file('out.csv', 'w')", {("out.csv", "written", "inside")}),
        ("for (f in list.files('data')) print(f)", {("data/a.csv", "named", "inside"), ("data/b.csv", "named", "inside")}),
        ("source('helper.r')", {("helper.r", "imported", "inside"), ("b.csv", "read", "inside")}),
        ("read.csv('gone.csv')", {("gone.csv", "read", "missing")}),
        ("read.csv(file.path(base, 'a.csv')); label <- 'a title'", set()),
        ("read.csv('https://example.org/a.csv')", {("https://example.org/a.csv", "read", "url")}),
    ],
    "julia": [
        ('df = CSV.read(joinpath("data", "a.csv"), DataFrame)', {("data/a.csv", "read", "inside")}),
        ('open("out.csv", "w") do io\n  println(io, "x")\nend', {("out.csv", "written", "inside")}),
        ('for n in ("a", "b")\n  CSV.read("data/$n.csv", DataFrame)\nend',
         {("data/a.csv", "read", "inside"), ("data/b.csv", "read", "inside")}),
        ('include("helper.jl")', {("helper.jl", "imported", "inside"), ("b.csv", "read", "inside")}),
    ],
    "octave": [("x = csvread(fullfile('data', 'a.csv'));", {("data/a.csv", "read", "inside")})],
    "bash": [("sort data/a.csv > out.csv", {("data/a.csv", "read", "inside"), ("out.csv", "written", "inside")})],
    "a language of my own": [("read('data/a.csv')", set())],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "source", "expected"), [(k, *case) for k, cases in CASES.items() for case in cases]
)
def test_files_are_found_by_what_stands_in_the_code(tmp_path, language, source, expected):
    """Should fail if data are left behind that the code names, or something is made up."""
    (tmp_path / "data").mkdir()
    for name in ("data/a.csv", "data/b.csv", "b.csv", "out.csv"):
        (tmp_path / name).write_text("x\n1\n")
    (tmp_path / "helper.r").write_text("d <- read.csv('b.csv')\nsource('helper.r')\n")
    (tmp_path / "helper.jl").write_text('CSV.read("b.csv", DataFrame)\n')
    nb = new_notebook(cells=[new_code_cell(source)], metadata={"language_info": {"name": language}})
    assert {(use.text, use.how, use.place) for use in find(nb, tmp_path)} == expected
