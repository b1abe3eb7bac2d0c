"""Measure the published figures on a server and a sample city of their own; `--json` prints one object."""

import os
import shutil
import subprocess
import sys

from _processes import PYTHON, ROOT, run, say

from tongban.foundation import postgres

HOME = ROOT / "var" / "bench"


def main() -> int:
    """Make the city, run the benchmarks, delete the city, and return their exit status."""
    environment = {**os.environ, "TONGBAN_MODE": "demo", "TONGBAN_HOME": str(HOME)}
    environment |= {"TONGBAN_LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
    environment.pop("DATABASE_URL", None)
    HOME.mkdir(parents=True, exist_ok=True)
    postgres.start(HOME)
    try:
        prepare = [PYTHON, ROOT / "script" / "_prepare.py", HOME / "prepare.log", HOME / "credentials"]
        prepared = subprocess.run(prepare, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own script
        if prepared.returncode != 0:
            say(f"The sample city could not be made. What was done before is in {HOME / 'prepare.log'}")
            return 1
        return run([PYTHON, "-m", "bench", *sys.argv[1:]], environment=environment)
    finally:
        postgres.remove(HOME)
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
