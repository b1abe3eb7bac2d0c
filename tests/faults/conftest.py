from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    made.start_database()
    yield made
    made.end()
