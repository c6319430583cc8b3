"""Asking no faster than a repository allows, before it has to say so."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from faults import FaultyServer

from zenodo_jupyter import http
from zenodo_jupyter.errors import Cancelled
from zenodo_jupyter.pacing import Pace
from zenodo_jupyter.tokens import Token

URL = "https://lab.example/api/records/1/draft/files"
SEARCH = "https://lab.example/api/records?q=x"


class Repository:
    """A repository that counts as InvenioRDM does, in windows, and a clock that only it and pauses move."""

    def __init__(self, limit: int, ahead: float = 0.0) -> None:
        self.now, self.limit, self.ahead = 1_800_000_000.0, limit, ahead
        self.hits: list[float] = []

    def answer(self) -> dict[str, str]:
        """Return the headers of an answer; an empty dict stands for 429."""
        self.hits = [h for h in self.hits if h > self.now - 60]
        if len(self.hits) >= self.limit:
            return {}
        self.hits.append(self.now)
        reset = self.hits[0] + 60 + self.ahead
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - len(self.hits)),
            "X-RateLimit-Reset": str(round(reset)),
            "Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.now + self.ahead)),
        }

    def ask(self, pace: Pace, url: str = URL, token: Token | None = None) -> dict[str, str]:
        self.now += pace.take("GET", url, token)
        headers = self.answer()
        pace.learn("GET", url, token, headers)
        self.now += 0.1
        return headers


@pytest.mark.parametrize("ahead", [0.0, 5000.0, -5000.0])
def test_a_hundred_files_never_see_a_429(ahead):
    """However wrong this computer's clock is, as fast as is allowed, and with some requests left to others."""
    repository = Repository(100, ahead)
    pace = Pace(clock=lambda: repository.now)
    begun = repository.now
    answers = [repository.ask(pace) for _ in range(400)]
    assert all(answers)
    assert min(int(a["X-RateLimit-Remaining"]) for a in answers) >= 5
    assert repository.now - begun < 400 / 100 * 60 * 1.2


def test_processes_of_one_user_count_together(tmp_path):
    """Two that take turns, each with its own memory, share one small file."""
    repository = Repository(60)
    paces = [Pace(tmp_path / "data" / "pace.json", clock=lambda: repository.now) for _ in range(3)]
    assert all(repository.ask(paces[n % 3]) for n in range(300))


def test_requests_that_are_under_way_are_counted(tmp_path):
    """Many that begin before the first answer comes must not all believe that there is room."""
    repository = Repository(100)
    paces = [Pace(tmp_path / "pace.json", clock=lambda: repository.now) for _ in range(2)]
    for n in range(60):
        assert repository.ask(paces[n % 2])
    waits = [pace.take("GET", URL, None) for _ in range(30) for pace in paces]
    assert 20 < sum(w == 0 for w in waits) <= 40
    later = sorted(w for w in waits if w)
    assert len(set(later)) == len(later) and later[0] > 50


def test_accounts_and_searches_are_counted_apart(tmp_path):
    """A spent search limit does not hold up a transfer, and the file says nothing of the token."""
    repository = Repository(4)
    pace = Pace(tmp_path / "pace.json", clock=lambda: repository.now)
    token = Token("s3cr3t-t0ken", "https://lab.example")
    for _ in range(4):
        repository.ask(pace, SEARCH, token)
    assert pace.take("GET", SEARCH, token) > 0
    assert pace.take("GET", URL, token) == pace.take("GET", SEARCH, None) == 0
    assert "s3cr3t" not in (tmp_path / "pace.json").read_text()


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Limit": "x", "X-RateLimit-Remaining": "0"}])
def test_a_repository_that_does_not_count_is_not_waited_for(headers):
    """Nor one whose headers are not understood."""
    pace = Pace(clock=lambda: 0.0)
    pace.learn("GET", URL, None, headers)
    assert pace.take("GET", URL, None) == 0


@pytest.mark.parametrize("text", ["", "[]", '{"x": 1}', json.dumps({"lab": {"limit": "no"}})])
def test_a_damaged_file_is_as_none(tmp_path, text):
    """It is a courtesy, never a reason to fail."""
    (tmp_path / "pace.json").write_text(text)
    repository = Repository(10)
    pace = Pace(tmp_path / "pace.json", clock=lambda: repository.now)
    assert all(repository.ask(pace) for _ in range(30))


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    """Then each process keeps to itself."""
    (tmp_path / "in the way").write_text("a file")
    repository = Repository(10)
    pace = Pace(tmp_path / "in the way" / "pace.json", clock=lambda: repository.now)
    assert all(repository.ask(pace) for _ in range(30))


def test_a_session_heeds_it():
    """What the answers say makes the next request wait, before it is made."""
    left = iter([1, 0, 0])

    def app(environ, start_response):
        start_response(
            "200 OK",
            [
                ("X-RateLimit-Limit", "2"),
                ("X-RateLimit-Remaining", str(next(left))),
                ("X-RateLimit-Reset", str(int(time.time()) + 40)),
            ],
        )
        return [b""]

    server = FaultyServer(app)
    session = http.new_session(None, server.url)
    waits: list[float] = []
    session.pause = lambda seconds, cancel=None: waits.append(seconds)
    for _ in range(3):
        http.request(session, "GET", server.url)
    server.close()
    assert len(server.seen) == 3 and len(waits) == 1 and waits[0] > 20


def test_a_wait_is_watched_and_can_be_stopped():
    """Whatever it is for: whoever watches hears how long, and stops it."""
    session = http.new_session()
    heard: list[float] = []

    def watch(left: float) -> None:
        heard.append(left)
        raise Cancelled("stop")

    with session.watched_by(watch), pytest.raises(Cancelled):
        session.pause(3600)
    assert 3500 < heard[0] <= 3600
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        session.pause(3600, stop)


_ASKS = """
import sys
from zenodo_jupyter import http, pacing
from zenodo_jupyter.session import new_session
pacing._WINDOW = 2.0
url, file = sys.argv[1:]
session = new_session(base_url=url)
session.pace = pacing.Pace(pacing.Path(file))
for _ in range(14):
    http.request(session, "GET", url + "/api/x", budget_seconds=60)
"""


def test_two_processes_at_once_never_see_a_429(tmp_path):
    """Real ones, against a real server that lets twenty requests through in two seconds."""
    answers: list[tuple[float, int]] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            with lock:
                now = time.time()
                window = int(now / 2)
                used = 1 + sum(int(at / 2) == window and status == 200 for at, status in answers)
                status = 200 if used <= 20 else 429
                answers.append((now, status))
            self.send_response(status)
            self.send_header("X-RateLimit-Limit", "20")
            self.send_header("X-RateLimit-Remaining", str(max(0, 20 - used)))
            self.send_header("X-RateLimit-Reset", str(2 * window + 2))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format, *args):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    asking = [subprocess.Popen([sys.executable, "-c", _ASKS, url, str(tmp_path / "pace.json")]) for _ in range(2)]
    assert [process.wait(60) for process in asking] == [0, 0]
    server.shutdown()
    server.server_close()
    assert [status for _, status in answers] == [200] * 28
