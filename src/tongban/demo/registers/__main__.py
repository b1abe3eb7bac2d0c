"""`python -m tongban.demo.registers FILE`: one department's register, as its file describes it."""

import argparse
import base64
import json
import signal
import sys
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from tongban.demo.registers.service import Register, make_server, wait_for_end
from tongban.demo.registers.store import Store
from tongban.demo.registers.styles import STYLES

CLOCK_EVERY_S = 1.0


def main() -> int:
    """Run until told to end."""
    parser = argparse.ArgumentParser(prog="registers", description=__doc__)
    parser.add_argument("file", type=Path, help="what `tongban demo registers` wrote for the department")
    parser.add_argument("--clock", type=Path, help="the file in which the sample city's clock stands")
    options = parser.parse_args()
    told = json.loads(options.file.read_text())
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    store = Store(told["database"], options.clock)
    store.keep_clock()
    if told["department"] not in STYLES:
        # Civil affairs let their database be read; their own process keeps its clock and nothing else.
        _say(f"{told['department']} is read in its database")
        while not ended.wait(CLOCK_EVERY_S):
            store.keep_clock()
        return 0
    register = Register(
        style=STYLES[told["department"]],
        store=store,
        secret=told["secret"],
        certificate=lambda: _certificate(options.file),
        takes_s=told["takes_s"],
        ended=ended,
    )
    server = make_server(told["port"], register)
    Thread(target=server.serve_forever, daemon=True).start()
    _say(f"{told['department']} answers at http://127.0.0.1:{server.server_port}")
    wait_for_end(server, register)
    return 0


def _certificate(file: Path) -> bytes:
    """The platform's, as it stands now: it renews it."""
    return base64.b64decode(json.loads(file.read_text())["platform_certificate"])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
