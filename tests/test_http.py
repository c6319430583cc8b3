"""Asking a server that fails: what is tried again, what never is, and what a person is told."""

from __future__ import annotations

import json
import socket
import threading

import pytest
import requests
from faults import HTML, Fault, FaultyServer

from zenodo_jupyter import http
from zenodo_jupyter.errors import (
    AccessDenied,
    Cancelled,
    CouldNotAsk,
    DiskFull,
    NotARepository,
    RecordDeleted,
    RecordNotFound,
    RefusedMetadata,
    RepositoryBroken,
    TooManyRequests,
    WasRefused,
)
from zenodo_jupyter.tokens import Token

SECRET = "s3cr3t-t0ken"


def hello(environ, start_response):
    """Answer every request with JSON."""
    environ["wsgi.input"].read()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "csrftoken=x"), ("Retry-After", "60")]
    )
    return [b'{"ok": true}']


@pytest.fixture
def server():
    server = FaultyServer(hello)
    yield server
    server.close()


@pytest.fixture
def session(server):
    session = http.new_session(Token(SECRET, server.url), server.url, name="lab", title="The lab")
    session.waits = []
    session.pause = lambda seconds, cancel=None: session.waits.append(seconds)
    return session


def ask(session, server, method="GET", path="/x", **kwargs):
    return http.request(session, method, server.url + path, **kwargs)


def json_fault(status, body, method="GET", **headers):
    headers = {"Content-Type": "application/json", **headers}
    return Fault(method, "/", status=status, headers=headers, body=json.dumps(body).encode())


def test_every_request_names_the_tool_and_carries_the_token(session, server):
    """Zenodo slows the default names of libraries down."""
    ask(session, server)
    assert server.headers[0]["User-Agent"].startswith("zenodo_jupyter/0")
    assert server.headers[0]["Authorization"] == f"Bearer {SECRET}"


def test_no_cookie_is_kept_and_netrc_is_not_read(session, server, own_home):
    """A cookie would turn a bad token into a CSRF error; a password in ~/.netrc would replace the token."""
    (own_home / ".netrc").write_text("machine 127.0.0.1 login somebody password theirs\n")
    ask(session, server)
    ask(session, server)
    assert "Cookie" not in server.headers[1]
    assert server.headers[1]["Authorization"] == f"Bearer {SECRET}"
    without = http.new_session(None, server.url)
    ask(without, server)
    assert "Authorization" not in server.headers[2]


def test_a_token_does_not_follow_a_redirect_to_another_place(session, server):
    """Another port is another place; on the way back it is sent again."""
    other = FaultyServer(hello)
    try:
        server.fail(Fault("GET", "/away", status=302, headers={"Location": f"{other.url}/there"}))
        other.fail(Fault("GET", "/there", status=302, headers={"Location": f"{server.url}/back"}))
        ask(session, server, path="/away")
        assert "Authorization" not in other.headers[0]
        assert server.headers[1]["Authorization"] == f"Bearer {SECRET}"
    finally:
        other.close()


def test_a_write_is_not_redirected(session, server):
    """A POST that follows a redirect arrives as a GET and looks like success."""
    server.fail(Fault("POST", "/", status=301, headers={"Location": "https://elsewhere.example/x?token=abc"}))
    with pytest.raises(NotARepository) as caught:
        ask(session, server, "POST")
    assert "https://elsewhere.example" in str(caught.value) and "abc" not in str(caught.value)
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_too_many_requests_are_waited_out_for_every_method(session, server, method):
    """A 429 means that nothing was done."""
    server.fail(json_fault(429, {"message": "100 per 1 minute"}, method, **{"Retry-After": "7"}))
    assert ask(session, server, method).status_code == 200
    assert 7 <= session.waits[0] <= 8


@pytest.mark.parametrize("status", [502, 503, 504])
def test_passing_trouble_is_waited_out_where_asking_twice_is_safe(session, server, status):
    """With an HTML body, as servers in front have it; Retry-After counts on 503 only."""
    server.fail(Fault("PUT", "/", status=status, headers={"Retry-After": "9"}))
    assert ask(session, server, "PUT", data=b"x").status_code == 200
    assert (session.waits[0] >= 9) is (status == 503)


@pytest.mark.parametrize("when", ["hang up before", "hang up after", "hang up in request"])
def test_cut_connections_are_tried_again_where_that_is_safe(session, server, when):
    """The body is made anew for every try."""
    server.fail(Fault("PUT", "/", when))
    made = []
    body = lambda: made.append(1) or b"x" * 100_000  # noqa: E731
    assert ask(session, server, "PUT", data=body).status_code == 200
    assert len(made) == 2


@pytest.mark.parametrize(
    "fault", [Fault("POST", "/", status=503), Fault("POST", "/", status=504), Fault("POST", "/", "hang up after")]
)
def test_a_post_is_never_repeated_blindly(session, server, fault):
    """It may have been done."""
    server.fail(fault)
    with pytest.raises((RepositoryBroken, CouldNotAsk)):
        ask(session, server, "POST")
    assert len(server.seen) == 1


def test_a_server_error_is_not_tried_again(session, server):
    """A 500 is not the kind of trouble that passes."""
    server.fail(Fault("GET", "/", status=500))
    with pytest.raises(RepositoryBroken) as caught:
        ask(session, server)
    assert caught.value.status == 500 and session.waits == []


def test_a_date_in_retry_after_is_read_by_the_servers_clock(session, server):
    """Our clock may be wrong by hours."""
    headers = {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:07 GMT"}
    response = requests.Response()
    response.headers.update(headers)
    assert http.retry_after(response) == 30
    response.headers["Retry-After"] = "soon"
    assert http.retry_after(response) is None


def test_patience_is_a_budget_of_time(session, server):
    """Should end with the last error, after waits that grow and add up to no more than the budget."""
    server.fail(Fault("GET", "/", status=503, times=1000))
    with pytest.raises(RepositoryBroken):
        ask(session, server, budget_seconds=100)
    assert 25 < sum(session.waits) <= 100
    assert session.waits[4] > session.waits[0]


def test_a_wait_beyond_the_budget_is_not_begun(session, server):
    """An hour's ban is said at once."""
    server.fail(json_fault(429, {"message": "5000 per 1 hour"}, **{"Retry-After": "3600"}))
    with pytest.raises(TooManyRequests) as caught:
        ask(session, server)
    assert session.waits == [] and "5000 per 1 hour" in str(caught.value)


def test_cancel_ends_a_wait_at_once(server):
    """A person who says stop does not wait for Retry-After."""
    server.fail(json_fault(429, {}, **{"Retry-After": "300"}))
    session = http.new_session(None, server.url)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        ask(session, server, cancel=stop)


def test_nobody_there_is_said_soon_on_first_contact(session, server):
    """A wrong address or no network shall not take ten minutes to be told; a pause of a known server may take long."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api"
        with pytest.raises(CouldNotAsk) as caught:
            http.request(session, "GET", url)
        assert sum(session.waits) <= http.FIRST_CONTACT_SECONDS
        assert "Nothing answers at http://127.0.0.1" in str(caught.value)
        session.reached, session.waits[:] = True, []
        with pytest.raises(CouldNotAsk):
            http.request(session, "POST", url, budget_seconds=200)
        assert sum(session.waits) > 100  # nothing was sent, so even a POST goes on


def test_a_name_that_is_not_there_is_said(session):
    """Should tell a wrong name from a wrong port."""
    with pytest.raises(CouldNotAsk) as caught:
        http.request(session, "GET", "https://no-such-host.invalid/api?secret=1")
    assert "no-such-host.invalid" in str(caught.value) and "secret" not in str(caught.value)


def test_silence_is_a_time_out(session):
    """A server that takes the connection and says nothing; the wait for it counts."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(CouldNotAsk) as caught:
            http.request(session, "GET", url, timeout=(1, 0.05), budget_seconds=0)
    assert "did not answer within 0.05 seconds" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"status": 403, "message": "Permission denied."}, AccessDenied),
        (401, {"message": "The server could not verify"}, AccessDenied),
        (400, {"message": "Referer checking failed - no Referer."}, AccessDenied),
        (404, {"message": "The persistent identifier does not exist."}, RecordNotFound),
        (410, {"message": "Record deleted", "tombstone": {"removal_reason": {"id": "duplicate"}}}, RecordDeleted),
        (400, {"message": "bad", "errors": [{"field": "metadata.title", "messages": ["Too short."]}]}, RefusedMetadata),
        (400, {"message": "Maximum file size exceeded."}, WasRefused),
        (413, {"message": "too large"}, WasRefused),
        (507, {}, DiskFull),
    ],
)
def test_statuses_become_errors(session, server, status, body, error):
    """One place maps them, and the sentence names the repository and what was asked for."""
    server.fail(json_fault(status, body))
    with pytest.raises(error) as caught:
        ask(session, server, what="record 12")
    assert type(caught.value) is error
    assert "The lab" in str(caught.value)


def test_field_errors_travel_unchanged(session, server):
    """Forms put them beside their fields; the old spelling is understood."""
    errors = [{"field": "metadata.title", "messages": ["Too short."]}, {"field": "metadata.x", "message": "Old."}]
    server.fail(json_fault(400, {"message": "A validation error occurred.", "errors": errors}))
    with pytest.raises(RefusedMetadata) as caught:
        ask(session, server)
    assert [e.to_json() for e in caught.value.errors] == [errors[0], {"field": "metadata.x", "messages": ["Old."]}]


def test_access_denied_says_what_to_do(session, server):
    """Which repository, and the command."""
    server.fail(json_fault(403, {"message": "Permission denied."}))
    with pytest.raises(AccessDenied) as caught:
        ask(session, server)
    assert "jupyter zenodo token set lab" in str(caught.value)


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_web_page_is_not_a_repository(session, server, status):
    """A sign-in page, a firewall, any web site; the text has the address and not its query."""
    from zenodo_jupyter.answers import json_of

    server.fail(Fault("GET", "/", status=status, headers={"Content-Type": "text/html"}, body=HTML))
    with pytest.raises(NotARepository) as caught:
        json_of(ask(session, server, path="/api/records?q=private"), session)
    assert f"{server.url}/api/records answered with a web page" in str(caught.value)
    assert "private" not in str(caught.value)


def test_an_echoed_token_is_masked_and_no_exception_holds_it(session, server):
    """Neither the text nor the chain of exceptions leads to the header."""
    server.fail(json_fault(403, {"message": f"bad token {SECRET}\r\n\x1b[31m"}))
    with pytest.raises(AccessDenied) as caught:
        ask(session, server)
    assert SECRET not in str(caught.value) and "\x1b" not in str(caught.value)
    server.fail(Fault("POST", "/", "hang up before"))
    with pytest.raises(CouldNotAsk) as caught:
        ask(session, server, "POST")
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_proxies_and_certificates_of_the_environment_are_taken_once(monkeypatch):
    """The session does not look there again, but what a hub sets counts; this machine is never behind a proxy."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/hub.pem")
    session = http.new_session(None, "https://zenodo.org")
    assert session.proxies["https"] == "http://proxy.example:3128"
    assert session.verify == "/etc/hub.pem"
    assert not session.trust_env
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert not http.new_session(None, "http://127.0.0.1:5000").proxies
