"""The statements of a page, session and look-up of who acts included: few, and as many for more rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.city import City
from sites.portal import walk
from sites.portal.test_following import (
    FIELD,
    FOOD,
    ask_for_supplement,
    case_of,
    defer_a_material,
    grant,
    slot_of,
)
from tongban.foundation.outbox import testing as outbox

TIMELINE, PLAN, FORM, MATERIALS, MY_SPACE, SEARCH = 12, 8, 15, 14, 10, 4


def statements(browser: Client, address: str) -> int:
    """How many a second visit takes: the first fills the caches of the process."""
    assert browser.get(address).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        assert browser.get(address).status_code == 200
    return len(taken)


def receive(_city: City, _number: str) -> None:
    """Nothing happened since it was handed in."""


def supplement(city: City, number: str) -> None:
    case = case_of(city, number)
    defer_a_material(case.number)
    ask_for_supplement(city, case, FIELD, slot_of(city, case))


def decide(city: City, number: str) -> None:
    grant(city, case_of(city, number, FOOD))
    outbox.drain()


@pytest.mark.parametrize("happened", [receive, supplement, decide])
def test_the_timeline_takes_at_most_twelve_statements_whatever_happened(
    zhang_san: Client, city: City, happened: Callable[[City, str], None]
) -> None:
    number = walk.hand_in(zhang_san, walk.complete(zhang_san))
    happened(city, number)

    assert statements(zhang_san, f"/applications/{number}/") <= TIMELINE


def test_the_plan_takes_as_many_statements_for_more_items(visitor: Client) -> None:
    few = f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}&entity.scope_has_catering=yes"
    many = few.replace("shop.sells_tobacco=no", "shop.sells_tobacco=yes")

    assert (statements(visitor, few), statements(visitor, many)) == (PLAN, PLAN)


def test_form_and_materials_take_as_many_statements_when_filled(zhang_san: Client) -> None:
    empty, full = walk.begin(zhang_san), walk.complete(zhang_san)

    assert (statements(zhang_san, empty), statements(zhang_san, full)) == (FORM, FORM)
    materials = [statements(zhang_san, f"{draft}materials/") for draft in (empty, full)]
    assert materials == [MATERIALS, MATERIALS]


def test_my_space_takes_as_many_statements_for_more_applications(zhang_san: Client) -> None:
    none = statements(zhang_san, "/my/")
    for _nth in range(2):
        walk.hand_in(zhang_san, walk.complete(zhang_san))

    assert (none, statements(zhang_san, "/my/")) == (MY_SPACE, MY_SPACE)


def test_search_takes_as_many_statements_for_more_hits(visitor: Client) -> None:
    one, many = (f"/search/?q={word}&division=310115" for word in ("居住证", "开饭店"))

    assert (statements(visitor, one), statements(visitor, many)) == (SEARCH, SEARCH)
