import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from domains.catalogue import city
from tongban.domains.catalogue.selectors import guides
from tongban.domains.standards import selectors as standards


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Copies that processes keep do not outlive the rows of a test."""
    yield
    guides.forget_guides()
    standards.forget_dictionary()


@pytest.fixture
def empty_city(db: None) -> None:
    city.load()


@pytest.fixture
def small_city(empty_city: None) -> None:
    """The city with a handful of items."""
    city.import_all(
        city.FOOD, city.FIRE, city.HUKOU, city.FUND, "312037001001", "310723001001", "310131002001"
    )


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data beside the repository; without it the test is skipped aloud, in CI it fails."""
    folder = Path(__file__).resolve().parents[4] / "shared/data"
    if not folder.is_dir():
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"public data not there: {folder.name} beside the repository")
    return folder
