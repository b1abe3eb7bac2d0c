from datetime import timedelta
from typing import Any

import pytest

from domains.identity import cast
from tongban.domains.directory import selectors as directory
from tongban.domains.identity import models, selectors, services
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def departments() -> None:
    cast.load_city()
    cast.department("SCJG")
    cast.department("XFJY", 2)


def cover(absentee: Actor, deputy: Actor, days: int = 5) -> None:
    assert absentee.account_id is not None
    assert deputy.account_id is not None
    services.cover(
        absentee=absentee.account_id,
        deputy=deputy.account_id,
        valid_from=cast.NOW + DAY,
        valid_to=cast.NOW + days * DAY,
        reason="年休假",
        actor=PLATFORM,
        at=cast.NOW,
    )


def test_an_officer_acts_for_her_department_with_her_roles(departments: None) -> None:
    wang = cast.wang_min()

    assert wang.kind is ActorKind.OFFICER
    assert (wang.name, wang.department, wang.division) == ("王敏", "SCJG", "31")
    assert wang.departments == {"SCJG"}
    assert wang.roles == {Role.ACCEPTOR, Role.EXAMINER}


def test_a_deputy_acts_for_the_absent_colleague_within_the_term_only(departments: None) -> None:
    wang = cast.wang_min()
    chen = cast.officer("chen", "陈刚", "XFJY", Role.DECIDER)
    cover(wang, chen)
    assert chen.account_id is not None

    def departments_at(days: int) -> frozenset[str]:
        assert chen.account_id is not None
        return selectors.actor_for(chen.account_id, at=cast.NOW + days * DAY).departments

    assert [sorted(departments_at(days)) for days in (0, 1, 4, 5)] == [
        ["XFJY"],
        ["SCJG", "XFJY"],
        ["SCJG", "XFJY"],
        ["XFJY"],
    ]
    assert selectors.actor_for(chen.account_id, at=cast.NOW + DAY).roles == {
        Role.ACCEPTOR,
        Role.EXAMINER,
        Role.DECIDER,
    }
    assert [entry.deputy.name for entry in selectors.list_covers("SCJG", at=cast.NOW + DAY)] == ["陈刚"]


def test_a_cover_needs_two_officers_and_an_end_that_is_near(departments: None) -> None:
    wang = cast.wang_min()
    chen = cast.officer("chen", "陈刚", "XFJY")
    zhang = cast.zhang_san()

    with pytest.raises(services.FaultyCover):
        cover(wang, wang)
    with pytest.raises(services.FaultyCover):
        cover(wang, chen, days=200)
    with pytest.raises(services.NotAnOfficer):
        cover(wang, zhang.actor)

    assert models.Cover.objects.count() == 0


def test_a_new_post_ends_the_old_one_and_the_covers_that_rest_on_it(departments: None) -> None:
    wang = cast.wang_min()
    chen = cast.officer("chen", "陈刚", "XFJY")
    cover(wang, chen, days=30)
    assert wang.account_id is not None

    services.appoint_officer(
        account_id=wang.account_id,
        department="XFJY",
        post="科长",
        roles=[Role.DECIDER],
        actor=PLATFORM,
        at=cast.NOW + 3 * DAY,
    )

    assert [officer.name for officer in selectors.list_officers("SCJG", at=cast.NOW + 3 * DAY)] == []
    assert {officer.name for officer in selectors.list_officers("XFJY", at=cast.NOW + 3 * DAY)} == {
        "王敏",
        "陈刚",
    }
    assert selectors.list_covers("SCJG", at=cast.NOW + 3 * DAY) == []


def test_an_officer_who_left_acts_as_a_citizen_and_a_closed_account_holds_no_post(departments: None) -> None:
    wang = cast.wang_min()
    assert wang.account_id is not None

    services.end_appointment(account_id=wang.account_id, actor=PLATFORM, at=cast.NOW + DAY)

    assert selectors.actor_for(wang.account_id, at=cast.NOW + DAY).kind is ActorKind.CITIZEN
    with pytest.raises(services.NotAnOfficer):
        services.end_appointment(account_id=wang.account_id, actor=PLATFORM, at=cast.NOW + 2 * DAY)

    chen = cast.officer("chen", "陈刚", "XFJY")
    assert chen.account_id is not None
    services.close_account(account_id=chen.account_id, actor=PLATFORM, at=cast.NOW + DAY)
    assert selectors.list_officers("XFJY", at=cast.NOW + DAY) == []


def test_an_officer_applies_as_a_citizen_when_she_says_so(departments: None) -> None:
    zhang = cast.zhang_san()
    services.appoint_officer(
        account_id=zhang.account_id,
        department="SCJG",
        post="科员",
        roles=[Role.ACCEPTOR],
        actor=PLATFORM,
        at=cast.NOW,
    )

    assert selectors.actor_for(zhang.account_id, at=cast.NOW).kind is ActorKind.OFFICER
    as_citizen = selectors.actor_for(zhang.account_id, zhang.subject.id, at=cast.NOW)
    assert (as_citizen.kind, as_citizen.roles, as_citizen.departments) == (
        ActorKind.CITIZEN,
        frozenset(),
        frozenset(),
    )


def test_an_appointment_to_an_unknown_department_is_refused_and_the_post_kept(departments: None) -> None:
    wang = cast.wang_min()
    assert wang.account_id is not None

    with pytest.raises(directory.DepartmentNotFound):
        services.appoint_officer(
            account_id=wang.account_id,
            department="NONE",
            post="科长",
            roles=[Role.DECIDER],
            actor=PLATFORM,
            at=cast.NOW + DAY,
        )

    officer = selectors.get_officer(wang.account_id, at=cast.NOW + DAY)
    assert officer is not None
    assert officer.department == "SCJG"


@pytest.mark.parametrize("count", [2, 20])
def test_listing_officers_costs_one_query(
    departments: None, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        cast.officer(f"officer{number}", f"科员{number:02}", "SCJG")

    with django_assert_num_queries(1):
        assert len(selectors.list_officers("SCJG", at=cast.NOW)) == count
