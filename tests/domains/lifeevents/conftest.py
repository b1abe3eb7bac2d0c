"""The city of these tests, and reading caches that must not outlive a test's transaction."""

from collections.abc import Iterator

import pytest

from domains.lifeevents.city import DEREGISTER, NEWBORN, RESTAURANT, City, build
from tongban.domains.catalogue.selectors import guides
from tongban.domains.lifeevents import selectors
from tongban.domains.standards import selectors as standards


@pytest.fixture(autouse=True)
def _no_stale_copies() -> Iterator[None]:
    standards.forget_dictionary()
    yield
    standards.forget_dictionary()
    guides.forget_guides()
    selectors.get_package_version.cache_clear()


@pytest.fixture
def city(db: None) -> City:
    return build(RESTAURANT)


@pytest.fixture
def newborn_city(db: None) -> City:
    return build(NEWBORN)


@pytest.fixture
def whole_city(db: None) -> City:
    return build(RESTAURANT, NEWBORN, DEREGISTER)
