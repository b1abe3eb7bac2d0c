"""Search the tree for what must not be committed: addresses of package indexes, paths of one machine, products of the set-up."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# A pattern is written so that it does not match its own line.
INDEX_ADDRESSES = [
    r"https?://[^\s\"'<>]*/simp[l]e\b",
    r"https?://[^\s\"'<>]*(?:pypi|pythonhosted|npmjs|npmmirror|yarnpkg)[^\s\"'<>]*/[^\s\"'<>]*\.(?:whl|tgz|tar\.gz)",
    r"https?://regis[t]ry\.[\w.-]+",
    r"--(?:extra-)?index-u[r]l|--find-l[i]nks|--trusted-h[o]st",
    r"^\s*(?:index-u[r]l|extra-index-u[r]l|find-l[i]nks|regis[t]ry)\s*=\s*\S",
    r"\"resolve[d]\"\s*:\s*\"https?:",
    r"https?://[^/\s\"']+:[^/\s\"'@]+@",
]
MACHINE_PATHS = [
    r"(?<![\w.:/}~-])/(?:home|Users)/[A-Za-z][\w.-]*/",
    r"(?<![\w.:/}~-])/(?:root|work|workspace|builds)/[\w.]",
    r"(?<![\w.:/}~-])/opt/(?:pypi|wheels)\b",
    r"(?<!\w)[A-Z]:\\\\?Users\\",
]
PATTERNS = [
    *[("index address", re.compile(pattern, re.MULTILINE)) for pattern in INDEX_ADDRESSES],
    *[("machine path", re.compile(pattern)) for pattern in MACHINE_PATHS],
]


def leaks_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Each leak with its line number, kind and wording."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in PATTERNS:
            found = pattern.search(line)
            if found:
                yield number, kind, found.group().strip()


def files_of(root: Path) -> list[Path]:
    """Every file that is or could be committed."""
    return _listed(root, "--cached", "--others")


def products_of(root: Path) -> list[Path]:
    """Every file that is committed although git is told to ignore it."""
    return _listed(root, "--cached", "--ignored")


def _listed(root: Path, *which: str) -> list[Path]:
    command = ["git", "ls-files", "-z", *which, "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, capture_output=True, check=True)  # noqa: S603 - fixed words
    names = listing.stdout.decode().split("\0")
    return [root / name for name in names if name and (root / name).is_file()]


def main() -> int:
    """Print the leaks of the tree and return 1 if there are any."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    products = products_of(root)
    for file in products:
        sys.stdout.write(f"{file.relative_to(root)}: committed, though .gitignore names it\n")
    count = len(products)
    for file in files_of(root):
        content = file.read_bytes()
        if b"\0" in content:
            continue
        for number, kind, wording in leaks_in(content.decode(errors="replace")):
            count += 1
            sys.stdout.write(f"{file.relative_to(root)}:{number}: {kind}: {wording}\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
