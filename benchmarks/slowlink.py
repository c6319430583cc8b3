"""Get one file over a link that is slow to each connection, as Zenodo is, with our client and with curl.

Run ``python -m benchmarks.slowlink [MiB]``. A proxy between lets each connection have 10 MB/s and answers 50 ms late.
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config

from .transfer import MIB, Place, get_with_curl, get_with_ours, publish_with_ours, served, timed

RATE = 10e6
DELAY = 0.05


def slow(port: int) -> int:
    """Start a proxy to a loopback port, and return its own port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=pump, args=(near, far, float("inf")), daemon=True).start()
            threading.Thread(target=pump, args=(far, near, RATE), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listener.getsockname()[1])


def pump(source: socket.socket, target: socket.socket, rate: float) -> None:
    """Pass bytes on, no faster than that; the first after a silence come late."""
    free = 0.0
    try:
        while block := source.recv(1 << 16):
            now = time.monotonic()
            if rate < float("inf"):
                free = max(free, now + DELAY if now - free > DELAY else free) + len(block) / rate
                time.sleep(max(0.0, free - now))
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()


def main(mib: int = 128, rounds: int = 3) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="slowlink-") as scratch, served(Path(scratch)) as place:
        file = Path(scratch, "big.bin")
        with open(file, "wb") as target:
            for _ in range(mib):
                target.write(os.urandom(MIB))
        record = publish_with_ours(place, [file])
        port = slow(int(place.repository.url.rsplit(":", 1)[1]))
        far = repositories.repository(f"http://127.0.0.1:{port}", token=place.token, config=Config.load())
        far.session.is_near = False
        there = Place(far, place.token, place.folder)
        times: dict[str, list[float]] = {"ours": [], "curl": []}
        for n in range(rounds):
            for name, get in (("ours", get_with_ours), ("curl", get_with_curl)):
                times[name].append(timed(partial(get, there, record, Path(scratch, f"{name}-{n}"))))
        for name, seconds in times.items():
            median = statistics.median(seconds)
            print(f"{name:<5} {median:6.1f} s  {mib * MIB / median / 1e6:6.1f} MB/s")
        print(f"ours is {statistics.median(times['curl']) / statistics.median(times['ours']):.1f} times as fast")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:3]))
