import subprocess
import sys
from pathlib import Path

import _check_tree
import pytest

from scripts.conftest import SCRIPT

# Each is put together here, so that this file is itself clean.
PLANTED = [
    "--index" + "-url https://mirror.example/pypi/simp" + "le",
    "--extra-index" + "-url=https://mirror.example/",
    "index" + "-url = https://mirror.example/",
    "--find" + "-links /opt/" + "wheels",
    "--trusted" + "-host mirror.example",
    'url = "https://mirror.example/simp' + 'le"',
    "https://files.python" + "hosted.org/packages/ab/cd/django-5.2-py3-none-any.whl",
    '"resolved' + '": "https://mirror.example/vite/-/vite-7.0.0.tgz"',
    "registry" + "=https://mirror.example/",
    "https://registry" + ".npmjs.org/vite",
    "https://user:secret" + "@mirror.example/",
    'home = "/home' + '/zhang/tongban"',
    "open('/Us" + "ers/zhang/x')",
    "cd /ro" + "ot/tongban",
    "/wo" + "rk/main/src",
    "/opt/" + "pypi/simple",
    "C:\\Us" + "ers\\zhang",
]
CLEAN = [
    "Packages come from PyPI and npm.",
    "https://pypi.org/project/django/",
    "see /usr/lib/postgresql/15/bin and /var/lib/tongban",
    "https://example.com/home/zhang/index.html",
    '{% url "home" %}',
    '<a href="/workbench/">',
    "~/home/zhang/",
    "postgresql://tongban@/tongban?host=%2Frun%2Ftongban-0",
]


@pytest.mark.parametrize("line", PLANTED)
def test_planted_leak_is_found(line: str) -> None:
    assert [number for number, _, _ in _check_tree.leaks_in(f"first line\n{line}\n")][:1] == [2]


@pytest.mark.parametrize("line", CLEAN)
def test_innocent_line_is_left_alone(line: str) -> None:
    assert list(_check_tree.leaks_in(line)) == []


def test_tree_with_a_leak_fails_and_names_the_place(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "clean.md").write_text("nothing\n")
    (tmp_path / "图 片.bin").write_bytes(b"\0" + PLANTED[0].encode())
    (tmp_path / "untracked 说明.md").write_text(f"one\n{PLANTED[0]}\n")

    finished = subprocess.run(
        [sys.executable, SCRIPT / "_check_tree.py", tmp_path], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 1
    assert {line.rsplit(": ", 1)[0] for line in finished.stdout.splitlines()} == {
        "untracked 说明.md:2: index address"
    }


def test_ignored_file_is_not_searched(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("local.conf\n")
    (tmp_path / "local.conf").write_text(PLANTED[0])

    finished = subprocess.run(
        [sys.executable, SCRIPT / "_check_tree.py", tmp_path], capture_output=True, text=True, check=False
    )

    assert (finished.returncode, finished.stdout) == (0, "")


def test_product_that_was_added_all_the_same_is_named(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("/made/\n")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "font.ttf").write_bytes(b"\0")
    subprocess.run(["git", "-C", tmp_path, "add", "--force", "."], check=True)

    finished = subprocess.run(
        [sys.executable, SCRIPT / "_check_tree.py", tmp_path], capture_output=True, text=True, check=False
    )

    assert (finished.returncode, finished.stdout) == (
        1,
        "made/font.ttf: committed, though .gitignore names it\n",
    )
