import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import kept_rows
from domains.catalogue import city
from kept_rows import KeptRows
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
    kept(city.load).put_back()


@pytest.fixture
def small_city(db: None) -> None:
    """The city with a handful of items."""
    kept(city.load_with_some_items).put_back()


@pytest.fixture
def whole_city(db: None) -> None:
    """The city with every item and package of the demo."""
    kept(city.load_with_everything).put_back()


@cache
def kept(load: Callable[[], None]) -> KeptRows[None]:
    return kept_rows.keep(load)


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data beside the repository; without it the test is skipped aloud, in CI it fails."""
    folder = Path(__file__).resolve().parents[4] / "shared/data"
    if not folder.is_dir():
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"public data not there: {folder.name} beside the repository")
    return folder
