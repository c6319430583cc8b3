"""A Jupyter server in a process of its own, for tests that end it, and for benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

TOKEN = "token-of-a-test"


class JupyterProcess:
    """A server with this extension.

    Parameters
    ----------
    home : Path
        Its HOME, with all of Jupyter's folders, the server's folder ``root`` and our data below it; two servers on one home
        share them.
    before : str
        Python that is run first in the process, such as to make it stand still at a chosen line.
    app : str
        The module whose ``main`` is run: the bare server, or one with a front end.
    base_url : str
        Where it is on its host, with a slash at both ends: on a hub, each person's server has a folder of its own.
    python : str
        The interpreter that runs it; by default the one that runs the tests.
    port : int
        Where it listens, as after a restart; by default where nobody does.
    """

    def __init__(
        self,
        home: Path,
        before: str = "",
        *,
        app: str = "jupyter_server.serverapp",
        base_url: str = "/",
        python: str = sys.executable,
        port: int = 0,
    ) -> None:
        self.root = home / "root"
        self.root.mkdir(parents=True, exist_ok=True)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", port))
            self.port = port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{base_url}"
        private = {
            name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        environ = {**os.environ, **private, "HOME": str(home), "ZENODO_JUPYTER_DATA": str(home / "zenodo")}
        self.log = home / f"server-{port}.log"
        code = f"{before}\nfrom {app} import main\nmain()"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    python, "-c", code, "--no-browser", "--allow-root", f"--ServerApp.port={port}",
                    "--ServerApp.port_retries=0", f"--ServerApp.base_url={base_url}",
                    f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={TOKEN}",
                    "--ServerApp.jpserver_extensions=zenodo_jupyter=True",
                ],
                env=environ, stdout=log, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[1],
            )  # fmt: skip
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {TOKEN}"
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                self.ask("GET", "api/status")
                return
            except requests.ConnectionError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"The server did not start:\n{self.log.read_text()[-4000:]}") from None
                time.sleep(0.05)

    def ask(self, method: str, path: str, body: Any = None, /, **params: Any) -> Any:
        """Ask, and return the JSON."""
        answer = self.session.request(method, self.url + path, json=body, params=params, timeout=60)
        return answer.json()

    def follow(self, job: dict[str, Any]) -> dict[str, Any]:
        """Follow a job to its end."""
        while job.get("state") in ("queued", "running"):
            job = self.ask("GET", f"zenodo-jupyter/jobs/{job['id']}", after=job["seq"])
        return job

    def kill(self) -> None:
        """End the process where it stands."""
        self.process.kill()
        self.process.wait()
        self.session.close()

    def stop(self) -> None:
        """End it as Ctrl-C does that was confirmed, and wait."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self.session.close()
