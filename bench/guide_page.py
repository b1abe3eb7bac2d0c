"""The guide page for a visitor without a session, against the same bytes from a bare WSGI app under the same server and workers.

Run as ``python -m bench.guide_page [--json]``; the database must hold the sample city (`tongban demo seed`).
"""

import tempfile
import urllib.request
from pathlib import Path

from bench import figures, load
from bench.figures import Figure
from bench.server import serving

PATH = "/guide/310115/310131001001/"
TARGET_PER_SECOND, TARGET_RATIO = 1_500, 0.4
CONNECTIONS, SECONDS, THREADS = 8, 5.0, 2
_BARE = """
BODY = open({path!r}, "rb").read()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""


def measure() -> list[Figure]:
    """Requests a second and the ratio to the bare app, measured one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(threads=THREADS) as port:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", timeout=30) as answer:
                body = answer.read()
            _measure(port, 1.0)
            ours = _measure(port, SECONDS)
        page = folder / "page.html"
        page.write_bytes(body)
        (folder / "bare_page.py").write_text(_BARE.format(path=str(page)), encoding="utf-8")
        with serving("bare_page:application", threads=THREADS, folder=folder) as port:
            bare = _measure(port, SECONDS)
    ratio = ours.per_second / bare.per_second
    met = ours.per_second >= TARGET_PER_SECOND and ratio >= TARGET_RATIO and ours.failed == 0
    return [
        figures.figure(
            "guide page, anonymous",
            ours.per_second,
            "requests/s",
            TARGET_PER_SECOND,
            met=met,
            baseline=bare.per_second,
            ratio=ratio,
            digits=0,
        )
    ]


def _measure(port: int, seconds: float) -> load.Load:
    return load.ask_again_and_again(port, load.get(PATH, port), connections=CONNECTIONS, seconds=seconds)


if __name__ == "__main__":
    figures.run(__doc__, measure)
