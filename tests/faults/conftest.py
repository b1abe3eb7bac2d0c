import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.installation import Installation

DRAFTS = 2_000


@pytest.fixture(scope="session")
def settled(
    tmp_path_factory: pytest.TempPathFactory, begin: Callable[[Path], None]
) -> Iterator[Installation]:
    """A city with its drafts, stopped: built by whichever of the tests' processes needs it first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = Installation(folder / "settled")
    with (folder / "settled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_first = not made.is_prepared()
        if is_first:
            begin(made.home)
            made.prepare(DRAFTS)
    yield made
    if is_first:
        made.end()


@pytest.fixture
def installation(settled: Installation, tmp_path: Path) -> Iterator[Installation]:
    """One of the test's own, its database running."""
    made = settled.copy_to(tmp_path / "home")
    made.start_database()
    yield made
    made.end()
