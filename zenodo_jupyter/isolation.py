"""Isolation on Linux: a run without the network, and without the files and processes that hold a person's credentials.

Namespaces of the kernel (user_namespaces(7), mount_namespaces(7)) by ``unshare`` of util-linux, where unprivileged users may
make them. The person's files stay as they are, but for those that hold credentials, over which something empty is laid; other
processes, whose memory and environment could be read, are not seen.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

#: Below the home folder: where programs keep what lets them in elsewhere.
_CREDENTIALS = (
    ".netrc", "_netrc", ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".pypirc", ".git-credentials", ".pgpass",
    ".password-store", ".config/gcloud", ".config/gh", ".config/git", ".config/rclone", ".config/hub", ".config/containers",
    ".local/share/keyrings", ".local/share/python_keyring", ".local/share/kwalletd", ".cache/huggingface/token", ".huggingface",
    ".mozilla", ".config/chromium", ".config/google-chrome", ".thunderbird", ".kaggle", ".jupyter",
    ".local/share/jupyter/runtime",
)  # fmt: skip
#: In our own data folder: all but environments.
_OURS = (
    "tokens.json", "repository", "journal", "jobs", "forms", "uploads", "promotions", "cache", "locks", "rehearsals", "watched",
)  # fmt: skip
_TRY = ("--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
_MS_NOSUID, _MS_NODEV, _MS_BIND = 2, 4, 4096
_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x41


@lru_cache(maxsize=1)
def is_possible() -> bool:
    """Tell whether this machine lets its users make namespaces."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    try:
        command = ["unshare", *_TRY, "--net", "unshare", "--user", "--map-user=0", "--map-group=0", "--mount", "true"]
        return subprocess.run(command, capture_output=True, timeout=10, stdin=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def around(command: Sequence[str], *, network: bool) -> list[str]:
    """Return the command that starts another in namespaces of its own, in which it calls `enter`."""
    return ["unshare", *_TRY, *([] if network else ["--net"]), "--", *command]


def within(command: Sequence[str]) -> list[str]:
    """Return the command that starts the stranger's code: as the person again, who cannot lift what `enter` has laid."""
    return [
        "unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}", "--mount", "--", *command,
    ]  # fmt: skip


def shielded(command: Sequence[str], hidden: Sequence[str]) -> list[str]:
    """Return the command that starts another with the network, and without what is hidden."""
    # Without the person's settings of Python, and without this file's folder, whose http.py would stand for another one.
    own = [sys.executable, "-I", str(Path(__file__).resolve()), json.dumps(list(hidden))]
    return around([*own, *within(command)], network=True)


def credentials(data_dir: Path) -> list[str]:
    """Return the files and folders that are there and hold what a stranger's code has no business with.

    Parameters
    ----------
    data_dir : Path
        Our own data folder, of which only the environments may be seen.
    """
    home = Path.home()
    places = [*(home / name for name in _CREDENTIALS), Path(f"/run/user/{os.getuid()}"), *(data_dir / o for o in _OURS)]
    return [str(place.resolve()) for place in places if place.exists()]


def enter(hidden: Sequence[str], *, network: bool) -> None:
    """Lay something empty over files and folders, and bring the loopback up, which Jupyter needs to talk to a kernel.

    Raises
    ------
    OSError
        When one cannot be hidden: then nothing is run.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for place in hidden:
        if os.path.isdir(place):
            failed = libc.mount(b"none", os.fsencode(place), b"tmpfs", _MS_NOSUID | _MS_NODEV, b"size=64k,mode=0700")
        else:
            failed = libc.mount(b"/dev/null", os.fsencode(place), None, _MS_BIND, None)
        if failed:
            raise OSError(ctypes.get_errno(), "could not be hidden", place)
    if not network:
        import fcntl
        import socket
        import struct

        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


if __name__ == "__main__":  # by `shielded`
    enter(json.loads(sys.argv[1]), network=True)
    os.execvp(sys.argv[2], sys.argv[2:])
