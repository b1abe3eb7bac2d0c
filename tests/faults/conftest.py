from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.installation import Installation


@pytest.fixture
def installation(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    begin(made.home)
    made.start_database()
    yield made
    made.end()
