"""The guide page for a visitor without a session, against the same bytes from a bare WSGI app under the same server and workers.

Run as ``python -m bench.guide_page [--json]``; the database must hold the sample city (`tongban demo seed`).
"""

import tempfile
import urllib.request
from pathlib import Path
from statistics import median

from bench import figures, load
from bench.figures import Figure
from bench.server import serving

PATH = "/guide/310115/310131001001/"
TARGET_PER_SECOND, TARGET_RATIO = 1_500, 0.4
CONNECTIONS, THREADS, ROUNDS, SECONDS_EACH = 8, 2, 7, 1.5
_BARE = """
BODY = open({path!r}, "rb").read()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""


def measure() -> list[Figure]:
    """Requests a second and the ratio to the bare app: the median of rounds in which the two take turns, as the machine's speed varies."""
    with tempfile.TemporaryDirectory() as name, serving(threads=THREADS) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", timeout=30) as answer:
            body = answer.read()
        page, application = Path(name) / "page.html", Path(name) / "bare_page.py"
        page.write_bytes(body)
        application.write_text(_BARE.format(path=str(page)), encoding="utf-8")
        with serving("bare_page:application", threads=THREADS, folder=Path(name)) as bare_port:
            _measure(port)
            rounds = [(_measure(port), _measure(bare_port)) for _ in range(ROUNDS)]
    ours = median(one.per_second for one, _ in rounds)
    bare = median(other.per_second for _, other in rounds)
    ratio = median(one.per_second / other.per_second for one, other in rounds)
    has_failed = any(one.failed for one, _ in rounds)
    met = ours >= TARGET_PER_SECOND and ratio >= TARGET_RATIO and not has_failed
    return [
        figures.figure(
            "guide page, anonymous",
            ours,
            "requests/s",
            TARGET_PER_SECOND,
            met=met,
            baseline=bare,
            ratio=ratio,
            digits=0,
        )
    ]


def _measure(port: int) -> load.Load:
    return load.ask_again_and_again(port, load.get(PATH, port), connections=CONNECTIONS, seconds=SECONDS_EACH)


if __name__ == "__main__":
    figures.run(__doc__, measure)
