"""The package as it is installed somewhere else: nothing of this tree beside it."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = """#set text(font: "Noto Sans SC", lang: "zh")
准予行政许可决定书
"""
USE = """
import sys, tongban, django
from pathlib import Path
assert Path(tongban.__file__).is_relative_to(sys.argv[1]), tongban.__file__
django.setup()
from io import BytesIO
from pypdf import PdfReader
from tongban.foundation import papers
from tongban.kernel.divisions import national_divisions
page = PdfReader(BytesIO(papers.render(sys.argv[2], {}))).pages[0]
print(page.extract_text())
print([font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()])
print(national_divisions().name("310115"), national_divisions().is_current("310115007001"))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was unpacked."""
    tree, folder = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("installed")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tree)
    for name in ("requirements", "src"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "-w", folder, tree], check=True, cwd=folder
    )
    (wheel,) = folder.glob("tongban-*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(installed: Path, home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=home,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("TONGBAN_")},
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
            "PYTHONPATH": str(installed),
            "TONGBAN_HOME": str(home),
            "TONGBAN_MODE": "production",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_papers_and_divisions_come_out_of_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.typ").write_text(TEMPLATE, encoding="utf-8")

    text, fonts, division = run(
        installed, tmp_path, "-c", USE, str(installed), str(tmp_path / "paper.typ")
    ).splitlines()

    assert text == "准予行政许可决定书"
    assert "NotoSansSC" in fonts
    assert division == "浦东新区 True"


def test_templates_translations_and_the_built_front_end_are_in_it(installed: Path, tmp_path: Path) -> None:
    package = installed / "tongban"

    assert (package / "sites/shared/static/dist/manifest.json").is_file()
    assert (package / "locale/en/LC_MESSAGES/django.mo").is_file()
    assert list(package.glob("domains/cases/**/*.typ"))
    listed = run(installed, tmp_path, "-m", "tongban.config.cli", "--help")
    assert "standards     validate" in listed
