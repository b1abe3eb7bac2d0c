"""Run every check of the source, all of them even when one fails, and print each with its time."""

import subprocess
import sys
import time
from pathlib import Path

from _processes import PYTHON, ROOT, say

BIN = PYTHON.parent
SCRIPT = ROOT / "script"
CHECKS: list[tuple[str, list[str | Path]]] = [
    ("layout (ruff format)", [BIN / "ruff", "format", "--check", "."]),
    ("lint (ruff)", [BIN / "ruff", "check", "."]),
    ("types (mypy)", [BIN / "mypy"]),
    ("layers and ranks (import-linter)", [BIN / "lint-imports", "--no-cache"]),
    ("templates (djlint)", [BIN / "djlint", "--lint", "--quiet", "--profile", "jinja", "src/tongban"]),
    ("security (bandit)", [BIN / "bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "src"]),
    ("translations", [PYTHON, SCRIPT / "_translations.py", "check"]),
    ("migrations match models", [BIN / "tongban", "makemigrations", "--check", "--dry-run"]),
    ("documentation (mkdocs)", [BIN / "mkdocs", "build", "--strict", "--quiet"]),
    ("no addresses, no machine's paths", [PYTHON, SCRIPT / "_check_tree.py"]),
]


def main() -> int:
    """Run the checks and return 1 if any failed."""
    failed = []
    for title, command in CHECKS:
        say(f"{title} … ", end="")
        began = time.monotonic()
        finished = subprocess.run(  # noqa: S603 - the list above
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        seconds = time.monotonic() - began
        say(f"{'ok' if finished.returncode == 0 else 'FAILED'} {seconds:.1f} s")
        if finished.returncode != 0:
            failed.append(title)
            say(finished.stdout.rstrip())
    say(f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks passed")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
