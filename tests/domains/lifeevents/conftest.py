"""The city of these tests on the morning of 2 March 2026, and reading caches that must not outlive a test's transaction."""

from collections.abc import Iterator
from functools import cache, partial

import pytest

import kept_rows
from domains.lifeevents.city import DEREGISTER, NEWBORN, NOW, RESTAURANT, City, build
from kept_rows import KeptRows
from tongban.domains.catalogue.selectors import guides
from tongban.domains.lifeevents import selectors
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock


@pytest.fixture(autouse=True)
def _no_stale_copies() -> Iterator[None]:
    standards.forget_dictionary()
    with clock.standing_at(NOW):
        yield
    standards.forget_dictionary()
    guides.forget_guides()
    selectors.get_package_version.cache_clear()


@pytest.fixture
def city(db: None) -> City:
    return kept_city(RESTAURANT).put_back()


@pytest.fixture
def newborn_city(db: None) -> City:
    return kept_city(NEWBORN).put_back()


@pytest.fixture
def whole_city(db: None) -> City:
    return kept_city(RESTAURANT, NEWBORN, DEREGISTER).put_back()


@cache
def kept_city(*packages: str) -> KeptRows[City]:
    return kept_rows.keep(partial(build, *packages))
