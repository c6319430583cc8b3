"""JupyterHub behind its own proxy, below a folder of its host, which starts a server for each person who signs in."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import requests
from environments import EVERYWHERE, python_of
from playwright.sync_api import Page

#: Seconds until it answers.
PATIENCE = 60
PREFIX = "/hubs/lab/"


class Hub:
    """A hub, and the server that it starts for one person.

    Parameters
    ----------
    home : Path
        Where all is kept: the person's home is ``root``, our data are in ``zenodo``.
    person : str
        Who signs in; this hub asks for no right password.
    """

    def __init__(self, home: Path, person: str = "ada") -> None:
        self.root, self.person = home / "root", person
        self.root.mkdir(parents=True, exist_ok=True)
        port, inside, api = free_ports(3)
        self.home = f"http://127.0.0.1:{port}{PREFIX}"
        self.url = f"{self.home}user/{person}/"
        command = ["node", str(EVERYWHERE / "hub" / "node_modules" / ".bin" / "configurable-http-proxy")]
        environ = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        kept = {
            "JUPYTER_CONFIG_DIR": str(home / "jupyter_config_dir"),
            "ZENODO_JUPYTER_DATA": str(home / "zenodo"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        settings = {
            "JupyterHub.authenticator_class": "dummy",
            "Authenticator.allow_all": True,
            "JupyterHub.spawner_class": "simple",
            "SimpleLocalProcessSpawner.home_dir_template": str(self.root),
            "Spawner.cmd": [python_of("hub"), "-m", "jupyterhub.singleuser", "--allow-root"],
            "Spawner.environment": kept,
            "JupyterHub.bind_url": f"http://127.0.0.1:{port}{PREFIX}",
            "JupyterHub.hub_port": inside,
            "ConfigurableHTTPProxy.api_url": f"http://127.0.0.1:{api}",
            "ConfigurableHTTPProxy.command": command,
        }
        (home / "jupyterhub_config.py").write_text(
            "".join(f"c.{name} = {value!r}\n" for name, value in settings.items())
        )
        self.log = home / "hub.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [python_of("hub"), "-m", "jupyterhub"], env=environ, stdout=log, stderr=subprocess.STDOUT, cwd=home
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        with requests.Session() as session:
            session.trust_env = False
            while True:
                try:
                    if session.get(f"{self.home}hub/api/", timeout=PATIENCE).ok:
                        return
                except requests.ConnectionError:
                    pass
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"The hub did not start:\n{self.log.read_text()[-4000:]}")
                time.sleep(0.1)

    def sign_in(self, page: Page) -> None:
        """Sign in, and wait until the person's own server is there."""
        page.goto(f"{self.home}hub/login")
        page.get_by_label("Username").fill(self.person)
        page.get_by_label("Password").fill("any")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}**")

    def stop(self) -> None:
        """End it, with its proxy and the server of the person."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_ports(number: int) -> list[int]:
    """Return ports on which nobody listens."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
