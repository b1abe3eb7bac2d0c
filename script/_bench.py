"""Measure the published figures on a server and a sample city of their own; `--json` prints one object."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from _processes import PYTHON, ROOT, EndRequested, heed_endings, ignore_endings, run, say

from tongban.foundation import postgres

HOME = ROOT / "var" / "bench"
PREPARE: list[str | Path] = [PYTHON, ROOT / "script" / "_prepare.py"]
MEASURE: list[str | Path] = [PYTHON, "-m", "bench"]
INTERRUPTED = 130


def main() -> int:
    """Make the city, run the benchmarks, delete the city, and return their exit status."""
    HOME.parent.mkdir(exist_ok=True)
    heed_endings()
    with HOME.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("The figures are being measured already; two at once would measure each other.")
            return 1
        try:
            _delete()  # what a killed run left
            return _measure(sys.argv[1:])
        except EndRequested:
            say("interrupted")
            return INTERRUPTED
        finally:
            ignore_endings()
            _delete()


def _measure(arguments: list[str]) -> int:
    HOME.mkdir()
    environment = {**os.environ, "TONGBAN_MODE": "demo", "TONGBAN_HOME": str(HOME)}
    environment |= {"TONGBAN_LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
    environment.pop("DATABASE_URL", None)
    postgres.start(HOME)
    told = HOME / "told.log"
    prepare = [*PREPARE, HOME / "prepare.log", HOME / "credentials"]
    if run(prepare, log=told, environment=environment, own_group=True) != 0:
        say(f"The sample city could not be made:\n{told.read_text()}")
        return 1
    return run([*MEASURE, *arguments], environment=environment, own_group=True)


def _delete() -> None:
    postgres.remove(HOME)
    shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
