"""`python -m tongban.demo.department_system --url … --credentials FILE --database FILE --port N`."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from tongban.demo.department_system import office, receiving
from tongban.demo.department_system.ledger import Ledger
from tongban.demo.department_system.platform import Platform, Refused, Unreachable

RETRY_S = 2.0
SWEEP_S = 60.0
"""How often the office asks by itself, should an event have gone astray."""


def main() -> int:
    """Run until told to end."""
    options = _options()
    ledger = Ledger(options.database)
    credentials = json.loads(options.credentials.read_text())
    platform = Platform(options.url, credentials["client"], credentials["secret"])
    arrived, ended = Event(), Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()
        arrived.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    server = receiving.make_server(options.port, ledger=ledger, arrived=arrived)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/events"
    try:
        _work(url, platform=platform, ledger=ledger, arrived=arrived, ended=ended)
    except Refused as refusal:
        sys.stderr.write(f"the platform refused: {refusal}\n")
        return 1
    finally:
        server.shutdown()
    return 0


def _work(url: str, *, platform: Platform, ledger: Ledger, arrived: Event, ended: Event) -> None:
    is_registered = False
    while not ended.is_set():
        arrived.clear()
        try:
            if not is_registered:
                _register(url, platform, ledger)
                is_registered = True
                sys.stdout.write(f"receiving at {url}\n")
                sys.stdout.flush()
            for case_number in sorted({*ledger.waiting(), *_open_cases(platform)}):
                office.handle(case_number, platform=platform, ledger=ledger)
        except Unreachable as trouble:
            sys.stderr.write(f"the platform is away: {trouble}\n")
            ended.wait(RETRY_S)
            continue
        arrived.wait(SWEEP_S)


def _register(url: str, platform: Platform, ledger: Ledger) -> None:
    secret = platform.put("/webhook", {"url": url})["secret"]
    if secret is None and not ledger.setting("webhook_secret"):
        # The database is new, the registration is not: ask for a secret this side knows.
        secret = platform.post("/webhook/rotate-secret", {}, key="")["secret"]
    if secret is not None:
        ledger.set("webhook_secret", secret)


def _open_cases(platform: Platform) -> Iterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        page = platform.get("/cases", cursor=cursor)
        for row in page["items"]:
            # While the applicant supplements or a special procedure runs, there is nothing to do here.
            if row["status"] not in ("SUPPLEMENTING", "SUSPENDED"):
                yield row["number"]
        cursor = page["next_cursor"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="department_system", description=__doc__)
    parser.add_argument("--url", required=True, help="address of the platform")
    parser.add_argument("--credentials", required=True, type=Path, help="JSON file with client and secret")
    parser.add_argument("--database", required=True, type=Path, help="the office's own SQLite file")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 for events")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
