"""Whether a resource can stand in for a paper: live, shared, granted to the department within its term."""

from datetime import timedelta
from typing import Any

import pytest

from domains.identity import cast
from tongban.domains.exchange import selectors, services
from tongban.domains.exchange.types import Grant, ResourceStanding, ResourceUse
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
FIELDS = ("name", "sex", "address")


@pytest.fixture(autouse=True)
def city() -> None:
    cast.load_city()
    for number, code in enumerate(("GA", "SCJG", "MZJ"), start=1):
        cast.department(code, number)
    services.load_resources(
        [
            {
                "code": code,
                "name": code,
                "provider": "GA",
                "sharing": sharing,
                "fields": list(FIELDS),
                "condition": "用于办理事项",
                "basis": "《反恐怖主义法》第五十一条",
            }
            for code, sharing in (("FREE", "1"), ("ASKED", "2"), ("NEVER", "3"))
        ],
        actor=PLATFORM,
        at=cast.NOW,
    )


def grant(department: str, *fields: str, ends: timedelta | None = None) -> None:
    until = None if ends is None else cast.NOW + ends
    given = Grant("ASKED", department, fields, "办理事项", cast.NOW - timedelta(days=1), until)
    services.grant_access(given, actor=PLATFORM, at=cast.NOW)


def standing(resource: str, *departments: str) -> ResourceStanding:
    use = ResourceUse("310131001001", departments, frozenset({resource}))
    return selectors.resource_standings([use], at=cast.NOW)["310131001001"][resource]


def test_what_is_shared_with_all_needs_no_grant() -> None:
    found = standing("FREE", "SCJG")

    assert (found.can_supply, found.granted_to, found.fields) == (True, "SCJG", FIELDS)


def test_a_provider_needs_no_grant_for_its_own() -> None:
    assert standing("ASKED", "GA").can_supply


def test_a_grant_lets_its_fields_be_asked_in_the_name_of_who_holds_it() -> None:
    grant("MZJ", "name")
    grant("SCJG", "address", "name")

    found = standing("ASKED", "SCJG-310115", "SCJG")

    assert (found.can_supply, found.granted_to, found.fields) == (True, "SCJG", ("name", "address"))


def test_a_grant_for_another_item_does_not_count() -> None:
    for items, can_supply in ((("310138001001",), False), (("310138001001", "310131001001"), True)):
        given = Grant("ASKED", "SCJG", ("name",), "办理事项", cast.NOW, None, items=items)
        services.grant_access(given, actor=PLATFORM, at=cast.NOW)

        assert standing("ASKED", "SCJG").can_supply is can_supply


@pytest.mark.parametrize("ends", [None, timedelta(0), timedelta(seconds=-1)])
def test_another_departments_grant_and_one_that_ended_do_not_count(ends: timedelta | None) -> None:
    grant("MZJ" if ends is None else "SCJG", "name", ends=ends)

    found = standing("ASKED", "SCJG")

    assert (found.can_supply, found.granted_to, found.fields) == (False, "", ())


def test_what_is_switched_off_or_never_shared_supplies_nothing() -> None:
    services.set_live("FREE", is_live=False, actor=PLATFORM, at=cast.NOW)

    assert not standing("FREE", "SCJG").can_supply
    assert not standing("NEVER", "GA").can_supply
    assert [one.code for one in selectors.list_published()] == ["ASKED"]


def test_many_items_take_one_statement(django_assert_num_queries: Any) -> None:
    uses = [ResourceUse(f"item-{n}", ("SCJG", "MZJ"), frozenset({"FREE", "ASKED"})) for n in range(20)]

    with django_assert_num_queries(1):
        found = selectors.resource_standings(uses, at=cast.NOW)

    assert len(found) == 20
    assert set(found["item-7"]) == {"FREE", "ASKED"}
