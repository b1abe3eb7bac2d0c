"""One small city for all tests of the doors, built once and never committed."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from sites import city as cities
from sites.city import NOW, City
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.sites.shared.visitors import STORE

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The city stands until the last test of this folder: whole files that begin without it come before those that want it."""
    wanting = {item.path for item in items if "built_city" in getattr(item, "fixturenames", ())}
    ordered: list[pytest.Item] = []
    for is_here, stretch in groupby(items, lambda item: FOLDER in item.path.parents):
        ordered += sorted(stretch, key=lambda item, is_here=is_here: is_here and item.path in wanting)
    items[:] = ordered


@pytest.fixture(scope="package")
def built_city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[City]:
    """The city inside an open transaction: each test rolls back to it, the last one rolls it back."""
    from django.conf import settings

    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic():
        standards.forget_dictionary()
        with clock.standing_at(NOW):
            built = cities.build()
        yield built
        transaction.set_rollback(True)
    standards.forget_dictionary()


@pytest.fixture
def city(built_city: City, db: None) -> Iterator[City]:
    """The city at nine in the morning of 2 March 2026."""
    STORE.clear()
    with clock.standing_at(NOW):
        yield built_city


@pytest.fixture
def visitor(city: City) -> Client:
    return Client()


@pytest.fixture
def zhang_san(city: City) -> Client:
    """张三 in his browser, acting for his own 示例小馆."""
    browser = sign_in(city, "zhangsan")
    browser.post("/my/acting-for/", {"subject": str(city.subjects["xiaoguan"])})
    return browser


@pytest.fixture
def li_si(city: City) -> Client:
    return sign_in(city, "lisi")


def sign_in(city: City, username: str) -> Client:
    from tongban.domains.identity.models import Account

    browser = Client()
    browser.force_login(Account.objects.get(pk=city.accounts[username]))
    return browser
