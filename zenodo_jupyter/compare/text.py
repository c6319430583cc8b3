"""Compare two texts: layout, then what is volatile, then numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from .levels import IDENTICAL, Level, Match, worst

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_PICTURE = re.compile(r"data:image/[\w.+-]{1,40};base64,")
_SPACE = re.compile(r"\s+")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm]\b)?(?:Z\b|[+-]\d{2}:?\d{2}\b)?"
_TOKEN = re.compile(
    rf"""
    (?P<date>\b\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?=\b|T) | \b\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}\b
        | \b\d{{1,2}}[ ]{_MONTH}[ ]\d{{4}}\b | \b{_MONTH}[ ]+\d{{1,2}},?[ ](?:{_CLOCK}[ ])?\d{{4}}\b)
    | (?P<clock>(?:(?<=\dT)|(?<![\w:])){_CLOCK})
    | (?P<number>(?<![A-Za-z_\d.])(?:(?<![\w)\]])[-+])?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    """,
    re.VERBOSE,
)
_WEEKDAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+(?=\d|[A-Z][a-z]{2})")
_SECONDS = r"\d+(?:\.\d+)?(?:e[-+]?\d+)?\s*(?:ns|µs|μs|us|ms|s|secs?|seconds?|min|minutes?|h|hours?)\b"

# The head of a warning: "path:12: SomeWarning: text". Its text may have more lines, up to the quoted source, which is indented.
_WARNING = re.compile(r":\d{1,9}: \w{0,60}Warning:")
_WARNING_LINES = 20

# Patterns have bounds where they could otherwise try every start against every length: outputs can be megabytes in one line.
# Each is removed or replaced on both sides, so that what is left can be compared. Whole lines first.
_VOLATILE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), put)
    for pattern, put in (
        # %timeit, %%time
        (r"^.*\bper loop\b.*$", ""),
        (r"^The slowest run took .*$", ""),
        (r"^(?:CPU times|Wall time|Compiler|Parser)\b.*$", ""),
        # tqdm and its like: "  40%|████      | 4/10 [00:01<00:02, 3.1it/s]"
        (r"^.*\d%\|.*\|.*$", ""),
        # random names
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<uuid>"),
        (r"\b[0-9a-f]{32}\b", "<uuid>"),
        (r"\b0x[0-9a-fA-F]{5,}\b", "<address>"),
        (r"<ipython-input-[\w-]+>", "<cell>"),
        (r"\bipykernel_\d+[\\/]\d+\.py\b", "<cell>"),
        (r"\btmp[a-z0-9_]{8}\b", "<tmp>"),
        # where things were: the folders of an absolute path, its last name stays
        (r"(?<![\w/:.])~?(?:/[\w.+@-]+)*/(?=[\w<])", "<folder>/"),
        (r"\b[A-Za-z]:(?:\\[\w.+@ -]+)*\\(?=[\w<])", "<folder>/"),
        # how long it took
        (rf"(?i)\b(took|elapsed|run ?time|execution time|(?:finished|done|completed) in)\b\W*{_SECONDS}", r"\1 <time>"),
        # NumPy 2 writes the type of a scalar
        (r"\bnp\.(?:float|int|uint|complex|bool|str)\w*\(([^()]*)\)", r"\1"),
        # versions of libraries: "numpy 2.1.0", "pandas: 3.0.1", "Version = 1.26.4"
        (
            r"^(\W{0,9}[A-Za-z][\w.-]{0,40}\s{0,9}(?:version)?\s{0,9}[:=]{0,2}\s{0,9})v?\d{1,6}(?:\.\d{1,6}){2}[\w.+-]{0,40}\s*$",
            r"\1<version>",
        ),
        # the rules of text tables grow with their columns
        (r"([-=─═_])\1{2,}", r"\1\1\1"),
    )
)


#: Longer texts, in characters, are the same, the same but for layout, or different: looking for what is volatile takes a second
#: for each million.
LONGEST = 5_000_000


def compare_text(archived: str, rerun: str, ran: date | None = None) -> Match:
    """Compare two texts.

    Parameters
    ----------
    archived, rerun : str
        The output as it was published and as it came out now.
    ran : datetime.date, optional
        The day of the re-run. A date counts as volatile only if it is this day in `rerun`, a day more or less for time
        zones: any other date is a result.

    Returns
    -------
    Match
    """
    if archived == rerun:
        return IDENTICAL
    a, b = _ANSI.sub("", archived), _ANSI.sub("", rerun)
    if _collapse(a) == _collapse(b):
        return Match(Level.LAYOUT)
    if max(len(a), len(b)) > LONGEST:
        return Match(Level.DIFFERENT, f"{len(a):,} characters became {len(b):,} others, too many to be read one by one")
    a, b = without_volatile(a), without_volatile(b)
    if _collapse(a) == _collapse(b):
        return Match(Level.VOLATILE)
    return _compare_tokens(a, b, ran)


def without_volatile(text: str) -> str:
    """Return the text without what changes from run to run (dates excepted, which may be results)."""
    lines = [_last_state(line) for line in text.split("\n")]
    text = "\n".join(_without_warnings(lines) if "Warning:" in text else lines)
    for pattern, put in _VOLATILE:
        text = pattern.sub(put, text)
    return text


def compare_numbers(a: float, b: float, *, whole: bool = False, scale: float = 0.0) -> Level:
    """Say how near two numbers are.

    Parameters
    ----------
    a, b : float
        The numbers.
    whole : bool
        Both were written as whole numbers. These are counts: they are equal or they differ, and never "nearly the same"
        better than within 5 %.
    scale : float
        The largest size among the numbers of the same output; what is 1e-14 of it is the noise of rounding.
    """
    if a == b or (a != a and b != b):
        return Level.ROUNDING
    size = max(abs(a), abs(b))
    apart = abs(a - b) / size
    if whole:
        return Level.FIVE_PERCENT if apart <= 0.05 else Level.DIFFERENT
    if apart <= 1e-6:
        return Level.ROUNDING
    if apart <= 1e-3 or size <= 1e-14 * scale:
        return Level.THOUSANDTH
    return Level.FIVE_PERCENT if apart <= 0.05 else Level.DIFFERENT


def _collapse(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _last_state(line: str) -> str:
    """Return what a terminal shows of a line that was written over with carriage returns."""
    return next((part for part in reversed(line.split("\r")) if part), "")


def _without_warnings(lines: list[str]) -> Iterator[str]:
    """Leave out warnings: they name files and lines, and come and go with versions."""
    at = 0
    while at < len(lines):
        if not _WARNING.search(lines[at]):
            yield lines[at]
        else:
            following = enumerate(lines[at + 1 : at + 1 + _WARNING_LINES], at + 1)
            ahead = takewhile(lambda numbered: not _WARNING.search(numbered[1]), following)
            at = next((n for n, line in ahead if line[:1] in (" ", "\t")), at)
        at += 1


def _compare_tokens(a: str, b: str, ran: date | None) -> Match:
    """Compare what stands between numbers and dates exactly, and those by how near they are."""
    a, b = _WEEKDAY.sub("", a), _WEEKDAY.sub("", b)
    if _skeleton(a) != _skeleton(b):
        return Match(Level.DIFFERENT, _first_difference(a, b))
    found_a, found_b = list(_TOKEN.finditer(a)), list(_TOKEN.finditer(b))
    of_the_run = any(_is_day(m, ran) for m in found_b)
    scale = max((abs(float(m.group())) for m in (*found_a, *found_b) if m.lastgroup == "number"), default=0.0)
    pairs = (_compare_pair(x, y, ran, of_the_run, scale) for x, y in zip(found_a, found_b, strict=True))
    return worst((Match(Level.VOLATILE), *pairs))


def _skeleton(text: str) -> str:
    """Return the text with a sign for each number, date and time, and no white space (columns move with their content)."""
    marks = {"date": "\x01", "clock": "\x02", "number": "\x03"}
    return _SPACE.sub("", _TOKEN.sub(lambda m: marks[m.lastgroup or "number"], text))


def _compare_pair(x: re.Match[str], y: re.Match[str], ran: date | None, of_the_run: bool, scale: float) -> Match:
    a, b = x.group(), y.group()
    if a == b:
        return IDENTICAL
    if x.lastgroup == "number":
        whole = a.lstrip("+-").isdigit() and b.lstrip("+-").isdigit()
        level = compare_numbers(float(a), float(b), whole=whole, scale=scale)
    else:  # a time of day is volatile only beside the day of the run
        volatile = of_the_run if x.lastgroup == "clock" else _is_day(y, ran)
        level = Level.VOLATILE if volatile else Level.DIFFERENT
    return Match(level, f"{a} became {b}")


def _is_day(match: re.Match[str], ran: date | None) -> bool:
    if ran is None or match.lastgroup != "date":
        return False
    return any(abs(day - ran) <= timedelta(days=1) for day in _days(match.group()))


def _days(text: str) -> Iterator[date]:
    """Every day that a date may mean (day and month are told apart by context only)."""
    named = re.search(r"[A-Z][a-z]{2}", text)
    text = re.sub(_CLOCK, "", text)
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if named and named.group() in _MONTHS and len(numbers) == 2:
        numbers = [numbers[-1], _MONTHS.index(named.group()) + 1, numbers[0]]
    orders = ((0, 1, 2),) if numbers[0] > 31 else ((2, 1, 0), (2, 0, 1))
    for order in orders:
        try:
            year, month, day = (numbers[i] for i in order)
            yield date(year, month, day)
        except ValueError:  # such as month 22: it is the other order
            continue


def _first_difference(a: str, b: str) -> str:
    """Name the first line that differs."""
    lines_a = [line for line in map(_collapse, a.split("\n")) if line]
    lines_b = [line for line in map(_collapse, b.split("\n")) if line]
    for x, y in zip(lines_a, lines_b, strict=False):
        if _skeleton(x) != _skeleton(y):
            return f"{_short(x)} became {_short(y)}"
    longer, word = (lines_a, "no longer there") if len(lines_a) > len(lines_b) else (lines_b, "new")
    extra = longer[min(len(lines_a), len(lines_b)) :]
    return f"{_short(extra[0])} is {word}" if extra else "the lines are broken elsewhere"


def _short(text: str) -> str:
    if _PICTURE.match(text):
        return "a picture"
    return repr(text if len(text) <= 80 else f"{text[:77]}…")
