"""Send what clients of Zenodo ask for to a server on this machine; Python imports this by itself where it is on the path.

The clients' own code is untouched: they ask https://zenodo.org and doi.org, and below the libraries that they use the
connection goes to ``ZENODO_JUPYTER_REDIRECT`` (``host:port``). The Host header stays, so that links in answers lead to
zenodo.org again. A connection to any other machine is refused.
"""

from __future__ import annotations

import http.client
import importlib.abc
import importlib.util
import os
import sys
import urllib.request
from urllib.parse import urljoin, urlsplit, urlunsplit

HOST, PORT = os.environ["ZENODO_JUPYTER_REDIRECT"].rsplit(":", 1)
REPOSITORIES = ("zenodo.org", "www.zenodo.org", "sandbox.zenodo.org")
RESOLVERS = ("doi.org", "dx.doi.org")


def there(url):
    """Return where a request goes instead, and the Host header it keeps; nothing for other machines."""
    parts = urlsplit(url)
    if parts.hostname in RESOLVERS:
        path = parts.path if parts.path.startswith("/api/handles/") else f"/doi{parts.path}"
        return urlunsplit(("http", f"{HOST}:{PORT}", path, parts.query, "")), REPOSITORIES[0]
    if parts.hostname in REPOSITORIES:
        return urlunsplit(("http", f"{HOST}:{PORT}", parts.path, parts.query, "")), parts.hostname
    return url, None


def only_loopback(event, arguments):
    """Refuse to connect to any other machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in ("127.0.0.1", "::1"):
        raise PermissionError(f"{arguments[1][0]} is not this machine")


def patch_requests(module):
    """Redirect the transport of requests."""
    send = module.HTTPAdapter.send

    def redirected(self, request, *args, **kwargs):
        url, host = there(request.url)
        if host is None:
            return send(self, request, *args, **kwargs)
        sent = request.copy()
        sent.url, sent.headers["Host"] = url, host
        response = send(self, sent, *args, **kwargs)
        response.url, response.request = request.url, request
        if "Location" in response.headers:
            response.headers["Location"] = urljoin(f"https://{host}/", response.headers["Location"])
        return response

    module.HTTPAdapter.send = redirected


def patch_httpx(module):
    """Redirect the transport of httpx, or of its successor."""
    transport = module.HTTPTransport
    handle = transport.handle_request

    def redirected(self, request):
        url, host = there(str(request.url))
        if host is None:
            return handle(self, request)
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"host"] + [(b"Host", host.encode())]
        sent = module.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        response = handle(self, sent)
        if "Location" in response.headers:
            response.headers["Location"] = urljoin(f"https://{host}/", response.headers["Location"])
        return response

    transport.handle_request = redirected


class Connection(http.client.HTTPConnection):
    """A plain connection to the server on this machine, whatever it is asked for."""

    def __init__(self, host, *, context=None, **options):
        super().__init__(host, **options)

    def connect(self):
        self.sock = self._create_connection((HOST, int(PORT)), self.timeout)


class Handler(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Redirects the transport of urllib."""

    def http_open(self, request):
        """Open a plain address."""
        return self.do_open(Connection if there(request.full_url)[1] else http.client.HTTPConnection, request)

    https_open = http_open


class Finder(importlib.abc.MetaPathFinder):
    """Patches a library when it is imported."""

    def __init__(self):
        self.patches = {"requests.adapters": patch_requests, "httpx": patch_httpx, "httpx2": patch_httpx}

    def find_spec(self, name, path, target=None):
        """Find the library where it is, and patch it after it was loaded."""
        patch = self.patches.pop(name, None)
        if patch is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is None:
            return None
        load = spec.loader.exec_module

        def load_and_patch(module):
            load(module)
            patch(module)

        spec.loader.exec_module = load_and_patch
        return spec


sys.addaudithook(only_loopback)
sys.meta_path.insert(0, Finder())
urllib.request.install_opener(urllib.request.build_opener(Handler()))
