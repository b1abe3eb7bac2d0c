"""Run every benchmark in a process of its own and print the figures: `python -m bench [--json] [--quick] [NAME …]`."""

import argparse
import json
import subprocess
import sys

from bench import figures
from bench.figures import Figure

MODULES = (
    "kernel_conditions",
    "plan",
    "guide_page",
    "submission",
    "search",
    "queue",
    "pages",
    "batch_files",
    "verify",
    "licences",
    "licence_files",
    "evidence",
    "exchange",
)
QUICK = {
    "submission": ("--seconds", "3"),
    "search": ("--items", "2000"),
    "queue": ("--cases", "5000"),
    "batch_files": ("--rows", "100000"),
    "licences": ("--licences", "2000"),
    "licence_files": ("--files", "10"),
    "evidence": ("--entries", "10000"),
    "exchange": ("--seconds", "2"),
}
"""What makes a benchmark small; the others are small already."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    parser.add_argument("--quick", action="store_true", help="on a small scale, to see that all of it runs")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODULES)}; all by default")
    options = parser.parse_args()
    found: list[Figure] = []
    failed = []
    for name in options.names or MODULES:
        sys.stderr.write(f"bench: {name}\n")
        scale = QUICK.get(name, ()) if options.quick else ()
        command = [sys.executable, "-m", f"bench.{name}", "--json", *scale]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own modules
        if done.returncode != 0 or not done.stdout.strip():
            failed.append(name)
            continue
        found.extend(json.loads(done.stdout)["figures"])
    figures.show(found, as_json=options.json)
    for name in failed:
        sys.stderr.write(f"bench: {name} failed\n")
    return 1 if failed or not all(one["met"] for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
