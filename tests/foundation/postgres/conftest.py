import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tongban.foundation import postgres


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A home whose path holds blanks and Chinese characters and is longer than a socket's path may be."""
    folder = tmp_path / "示例市 数据 folder" / ("长" * 60)
    folder.mkdir(parents=True)
    yield folder
    forget(folder)


@pytest.fixture
def home(new_home: Path, begin: Callable[[Path], None]) -> Path:
    """The same, started once before."""
    begin(new_home)
    return new_home


@pytest.fixture
def other_home(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Path]:
    folder = tmp_path / "另一个 clone"
    begin(folder)
    yield folder
    forget(folder)


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home that every account can reach, unlike pytest's own folders."""
    top = Path(tempfile.mkdtemp(prefix="通办 "))
    top.chmod(0o755)
    folder = top / "var"
    folder.mkdir(mode=0o755)
    yield folder
    forget(folder)
    shutil.rmtree(top, ignore_errors=True)


def forget(folder: Path) -> None:
    """Stop the home's server and remove what it keeps outside the home."""
    postgres.stop(folder)
    location = postgres.locate(folder)
    for outside in (location.outside, location.socket_directory):
        shutil.rmtree(outside, ignore_errors=True)


def run_sql(folder: Path, statement: str) -> list[tuple[object, ...]]:
    """Run one statement in its own committed session."""
    with psycopg.connect(postgres.default_url(folder)) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
