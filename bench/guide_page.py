"""The guide page for a visitor without a session, against the same bytes from a bare WSGI app under the same server and workers.

Run as ``python -m bench.guide_page [--json]``; the database must hold the sample city (`tongban demo seed`).
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import load

PATH = "/guide/310115/310131001001/"
TARGET_PER_SECOND, TARGET_RATIO = 1_500, 0.4
CONNECTIONS, SECONDS = 8, 5.0
_BARE = """
BODY = open({path!r}, "rb").read()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""


def measure() -> list[dict[str, object]]:
    """Requests a second and the ratio to the bare app, measured one after the other."""
    with tempfile.TemporaryDirectory() as folder, _server("tongban.config.wsgi:application") as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", timeout=30) as answer:
            body = answer.read()
        load.measure("127.0.0.1", port, PATH, connections=CONNECTIONS, seconds=1.0)
        ours = load.measure("127.0.0.1", port, PATH, connections=CONNECTIONS, seconds=SECONDS)
        page = Path(folder) / "page.html"
        page.write_bytes(body)
        Path(folder, "bare_page.py").write_text(_BARE.format(path=str(page)), encoding="utf-8")
        with _server("bare_page:application", folder) as bare_port:
            bare = load.measure("127.0.0.1", bare_port, PATH, connections=CONNECTIONS, seconds=SECONDS)
    ratio = ours.per_second / bare.per_second
    met = ours.per_second >= TARGET_PER_SECOND and ratio >= TARGET_RATIO and ours.failed == 0
    return [
        {
            "name": "guide page, anonymous",
            "value": round(ours.per_second),
            "unit": "requests/s",
            "target": TARGET_PER_SECOND,
            "met": met,
            "baseline": round(bare.per_second),
            "ratio": round(ratio, 2),
        }
    ]


@contextmanager
def _server(application: str, folder: str | None = None) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        application,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")])),
    }
    process = subprocess.Popen(  # noqa: S603 - our own server
        [*command, "--workers", "2", "--blocking-threads", "2"],
        env=environment,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not answer in 30 s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    sys.stdout.write((json.dumps({"figures": figures}) if options.json else f"{figures[0]}") + "\n")
    return 0 if all(figure["met"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
