"""nginx, as an institution puts it before its services: each below a folder of one host."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

# As Jupyter's documentation has it; all else, such as the largest body, is as nginx comes.
CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; user {user};
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location {path} {{
      proxy_pass {origin};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


class Proxy:
    """nginx before one server.

    Parameters
    ----------
    server : str
        Where the server is, with the folder of the host that it knows to be its own; ``url`` is where the proxy has it.
    folder : Path
        A new folder for what nginx needs.
    """

    def __init__(self, server: str, folder: Path) -> None:
        folder.mkdir()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        parts = urlsplit(server)
        self.url = f"http://127.0.0.1:{port}{parts.path}"
        origin, user = f"{parts.scheme}://{parts.netloc}", getpass.getuser()
        (folder / "nginx.conf").write_text(
            CONFIG.format(folder=folder, port=port, user=user, path=parts.path, origin=origin)
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        log = folder / "error.log"
        self.process = subprocess.Popen(
            [program, "-c", str(folder / "nginx.conf"), "-e", str(log)], stderr=subprocess.DEVNULL
        )
        while not is_heard(port):
            if self.process.poll() is not None:
                raise RuntimeError(f"nginx did not start:\n{log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)


def is_heard(port: int) -> bool:
    """Return whether somebody listens on a port."""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0
