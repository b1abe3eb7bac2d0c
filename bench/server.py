"""The web server of the product, for one measurement."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
OURS = "tongban.config.wsgi:application"
PATIENCE_S = 60


@contextmanager
def serving(application: str = OURS, *, threads: int, folder: Path | None = None) -> Iterator[int]:
    """The port on which granian serves the application, imported from `folder` when one is named."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = {
        "--interface": "wsgi",
        "--host": "127.0.0.1",
        "--port": port,
        "--workers": WORKERS,
        "--blocking-threads": threads,
        "--log-level": "warning",
    }
    command = [sys.executable, "-m", "granian", application]
    for name, value in options.items():
        command += [name, str(value)]
    paths = filter(None, [os.fspath(folder) if folder else "", os.environ.get("PYTHONPATH")])
    process = subprocess.Popen(  # noqa: S603 - our own server
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"the server did not answer in {PATIENCE_S} s")
