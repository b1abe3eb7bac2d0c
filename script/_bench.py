"""Measure the published figures on the embedded database and print them; `--json` prints one object."""

import os
import sys

from _processes import PYTHON, run

from tongban.foundation import postgres


def main() -> int:
    """Run the benchmark suite and return its exit status."""
    uses_own_server = "DATABASE_URL" not in os.environ
    was_running = postgres.status().is_running
    if uses_own_server:
        postgres.start()
    try:
        environment = {**os.environ, "TONGBAN_MODE": "demo", "TONGBAN_HOME": str(postgres.default_home())}
        return run([PYTHON, "-m", "bench", *sys.argv[1:]], environment=environment)
    finally:
        if uses_own_server and not was_running:
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
