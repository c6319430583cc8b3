"""Change one thing at a time in what notebooks put out, and count how many of the changes the comparison sees.

    python -m benchmarks.mutation [COUNT] [NOTEBOOK …]

The notebooks are run here twice, in this environment. Nothing that came out twice the same may be called different; then one
number, one region of a picture, one mark in a picture, one cell of a table, one line of text or one output of the first run is
changed at a time (the seed is fixed), and the comparison of both is asked. A change is seen when its output is not called the
same. Outputs that are not deterministic are left out before.
"""

from __future__ import annotations

import base64
import copy
import io
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from zenodo_jupyter import execute, notebook
from zenodo_jupyter.compare import compare

ROOT = Path(__file__).parent.parent
#: What `make corpus` fetches and what ships with the project.
NOTEBOOKS = (
    ROOT / "notebooks/quickstart/seattle-weather.ipynb",
    ROOT / "corpus/hdbscan/Looking at cluster consistency.ipynb",
    ROOT / "corpus/lmfit/discuss_model_eval_uncertainty.ipynb",
)
#: The smallest relative change of a number that is asked to be seen.
LEAST = 0.002
#: The smallest edge of a changed region, as a share of the picture's: about that of a marker in a plot.
SMALLEST_REGION = 0.03
#: The diameters of a mark, in pixels, as plots have them; and its colours, of which one is told from what is below it.
MARKS = (3, 10)
DARK, LIGHT = ("black", "blue", "red", "green"), ("white", "yellow", "orange")
#: What a library runs in the browser is no result: matplotlib's own script is not compared.
SCRIPT = "application/javascript"
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.:/-])")
Notebook = dict[str, Any]
Change = Callable[[Notebook, random.Random], bool]


def bundles(nb: Notebook) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every text in the outputs as the dictionary that holds it and its key."""
    for cell in nb["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream" and output["name"] == "stdout":
                yield output, "text"
            pictures = any(mime.startswith("image/") for mime in output.get("data", ()))
            for mime in output.get("data", ()):
                if not ((pictures or SCRIPT in output["data"]) and mime == "text/plain"):  # only a name for it
                    yield output["data"], mime


def texts(nb: Notebook, *mimes: str) -> list[tuple[dict[str, Any], str]]:
    """Return where texts of these types are."""
    return [(holder, key) for holder, key in bundles(nb) if key in mimes]


def change_number(nb: Notebook, chance: random.Random) -> bool:
    """Change one printed number."""
    return _change_number(texts(nb, "text", "text/plain"), NUMBER, chance)


def change_table_cell(nb: Notebook, chance: random.Random) -> bool:
    """Change one number in a cell of an HTML table."""
    return _change_number(texts(nb, "text/html"), re.compile(r"(?<=<td>)-?\d+(?:\.\d+)?(?=</td>)"), chance)


def _change_number(places: list[tuple[dict[str, Any], str]], pattern: re.Pattern[str], chance: random.Random) -> bool:
    found = [(holder, key, match) for holder, key in places for match in pattern.finditer(str(holder[key]))]
    chance.shuffle(found)
    for holder, key, match in found:
        old = match.group()
        digits = len(old.partition(".")[2])
        factor = 1 + chance.choice((-1, 1)) * LEAST * (1 / LEAST) ** chance.random()
        new = f"{float(old) * factor or 1.0:.{digits}f}"
        if abs(float(new) - float(old)) < LEAST * abs(float(old)) or new == old:
            continue  # written with too few digits for that change
        holder[key] = holder[key][: match.start()] + new + holder[key][match.end() :]
        return True
    return False


def change_pixels(nb: Notebook, chance: random.Random) -> bool:
    """Turn the colours around in one rectangle of a picture."""
    from PIL import Image, ImageOps

    places = texts(nb, "image/png")
    if not places:
        return False
    holder, key = chance.choice(places)
    image = Image.open(io.BytesIO(base64.b64decode(holder[key]))).convert("RGB")
    width, height = (max(4, int(edge * chance.uniform(SMALLEST_REGION, 0.2))) for edge in image.size)
    x, y = chance.randrange(image.width - width), chance.randrange(image.height - height)
    box = (x, y, x + width, y + height)
    image.paste(ImageOps.invert(image.crop(box)), box)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    holder[key] = base64.b64encode(buffer.getvalue()).decode()
    return True


def change_mark(nb: Notebook, chance: random.Random) -> bool:
    """Put a round mark into a picture; one that is gone is the same for a comparison, which asks both ways."""
    from PIL import Image, ImageDraw, ImageStat

    places = texts(nb, "image/png")
    if not places:
        return False
    holder, key = chance.choice(places)
    image = Image.open(io.BytesIO(base64.b64decode(holder[key]))).convert("RGB")
    across = chance.randint(*MARKS)
    x, y = chance.randrange(image.width - across), chance.randrange(image.height - across)
    box = (x, y, x + across, y + across)
    light = ImageStat.Stat(image.crop(box).convert("L")).mean[0]
    ImageDraw.Draw(image).ellipse(box, fill=chance.choice(DARK if light > 128 else LIGHT))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    holder[key] = base64.b64encode(buffer.getvalue()).decode()
    return True


def change_line(nb: Notebook, chance: random.Random) -> bool:
    """Drop, repeat or change a word of one line of text."""
    places = [(h, k) for h, k in texts(nb, "text", "text/plain") if re.search(r"[A-Za-z]{3}", str(h[k]))]
    if not places:
        return False
    holder, key = chance.choice(places)
    lines = holder[key].split("\n")
    at = chance.choice([i for i, line in enumerate(lines) if re.search(r"[A-Za-z]{3}", line)])
    kind = chance.choice(("drop", "repeat", "word"))
    if kind == "word":
        word = chance.choice(re.findall(r"[A-Za-z]{3,}", lines[at]))
        lines[at] = lines[at].replace(word, word[::-1] if word[::-1] != word else f"{word}x", 1)
    else:
        lines[at : at + 1] = [] if kind == "drop" else [lines[at]] * 2
    holder[key] = "\n".join(lines)
    return True


def drop_output(nb: Notebook, chance: random.Random) -> bool:
    """Leave one output out."""
    places = [
        (cell, i)
        for cell in nb["cells"]
        for i, o in enumerate(cell.get("outputs", ()))
        if o.get("name") != "stderr" and SCRIPT not in o.get("data", ())
    ]
    if not places:
        return False
    cell, at = chance.choice(places)
    del cell["outputs"][at]
    return True


CHANGES: dict[str, Change] = {
    "a number": change_number,
    "a region of a picture": change_pixels,
    "a mark in a picture": change_mark,
    "a cell of a table": change_table_cell,
    "a line of text": change_line,
    "a missing output": drop_output,
}


def measure(
    archived: list[Notebook], reruns: list[Notebook], count: int, seed: int = 1
) -> tuple[Counter[str], Counter[str], list[str]]:
    """Make `count` changes, the kinds and notebooks in turn.

    Returns
    -------
    made, seen : Counter
        By kind.
    missed : list of str
        What was not seen.
    """
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    missed: list[str] = []
    turns = 0
    while sum(made.values()) < count:
        kind = list(CHANGES)[turns % len(CHANGES)]
        which = turns // len(CHANGES) % len(archived)
        turns += 1
        changed = copy.deepcopy(reruns[which])
        if not CHANGES[kind](changed, chance):
            continue
        made[kind] += 1
        # Only the cells that changed: the others were compared before.
        cells = [
            i
            for i, (a, b) in enumerate(zip(reruns[which]["cells"], changed["cells"], strict=True))
            if a.get("outputs") != b.get("outputs")
        ]
        if compare(_only(archived[which], cells), _only(changed, cells)).all_same:
            missed.append(f"{kind}, notebook {which}, cells {cells}, turn {turns}")
        else:
            seen[kind] += 1
    return made, seen, missed


def _only(nb: Notebook, cells: list[int]) -> Notebook:
    return {**nb, "cells": [nb["cells"][i] for i in cells]}


def run(path: Path, folder: Path) -> tuple[Notebook, float]:
    """Run a notebook and return it with its outputs, and the seconds it took."""
    target = folder / f"{time.monotonic_ns()}.ipynb"
    ended = execute.run_notebook(path, target, cwd=path.parent)
    if not ended.ok:
        sys.exit(f"{path.name} does not run here: {ended.error}")
    return notebook.read(target), ended.seconds


def main(count: int = 1000, paths: tuple[Path, ...] = NOTEBOOKS) -> None:
    """Run the notebooks, change their outputs, and say how many changes were seen."""
    firsts, seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            if not path.exists():
                print(f"{path.name} is not there (make corpus), left out")
                continue
            (first, took), (second, _) = run(path, Path(folder)), run(path, Path(folder))
            same = compare(first, second)
            print(f"{path.name}: run twice, {took:.0f} s each; {same.summary()}")
            moving = {o.cell_index for o in same.outputs if not o.is_reproduced}
            for nb, kept in ((first, firsts), (second, seconds)):
                kept.append({**nb, "cells": [c for i, c in enumerate(nb["cells"]) if i not in moving]})
            if moving:
                print(f"  cells that are not deterministic, left out: {sorted(i + 1 for i in moving)}")
    began = time.perf_counter()
    made, seen, missed = measure(firsts, seconds, count)
    print(f"{'change':<24}{'made':>6}{'seen':>6}")
    for kind in CHANGES:
        print(f"{kind:<24}{made[kind]:>6}{seen[kind]:>6}")
    share = sum(seen.values()) / sum(made.values())
    print(
        f"{'all':<24}{sum(made.values()):>6}{sum(seen.values()):>6}  {share:.1%}, {time.perf_counter() - began:.0f} s"
    )
    for line in missed:
        print(f"  not seen: {line}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1000, tuple(map(Path, sys.argv[2:])) or NOTEBOOKS)
