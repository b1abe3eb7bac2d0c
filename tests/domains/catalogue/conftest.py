from collections.abc import Iterator

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
        city.FOOD, city.FIRE, city.HUKOU, city.CUSTOMS, "312037001001", "310723001001", "310131002001"
    )
