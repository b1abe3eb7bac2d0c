"""Ratings: one right a service of a real case, five levels storable, words for the bad ones."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tongban.domains.cases.events import CaseEnded, CaseGranted, CaseMoved
from tongban.domains.cases.types import Action, Status
from tongban.domains.evaluation import handlers, selectors, services
from tongban.domains.evaluation.models import Rating, RatingRight
from tongban.domains.evaluation.rules import UnknownLevel, WordsMissing
from tongban.domains.evaluation.types import Level, ServicePoint
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.instants import SHANGHAI

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 6, 9, tzinfo=SHANGHAI)
FIRM = UUID(int=1)
ZHANG_SAN = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=FIRM)
CASE = "91350100M000100Y434310131001001202603020001"


def fields(status: Status, number: str = CASE) -> dict[str, object]:
    return {
        "case_id": uuid4(),
        "case_number": number,
        "application_id": uuid4(),
        "application_number": "SQ20260302000001",
        "purpose": "OPEN_RESTAURANT",
        "basic_code": "310131001001",
        "item_code": "91350100M000100Y434310131001001",
        "department": "SCJG-310115",
        "applicant_id": FIRM,
        "status": status.value,
        "at": AT,
    }


def granted(number: str = CASE) -> CaseGranted:
    return CaseGranted(**fields(Status.GRANTED, number), licences=())  # type: ignore[arg-type]


def test_a_result_opens_one_right_however_often_it_is_told() -> None:
    handlers.open_rating(granted(), AT)
    handlers.open_rating(granted(), AT)

    right = RatingRight.objects.get()
    assert (right.case_number, right.nth, right.department) == (CASE, 1, "SCJG-310115")


def test_service_of_the_result_opens_a_second_right() -> None:
    handlers.open_rating(granted(), AT)
    served = CaseMoved(**fields(Status.SERVED), action=Action.SERVE.value)  # type: ignore[arg-type]

    handlers.open_rating(served, AT)

    assert [right.point for right in selectors.rights_of_cases([CASE])] == [
        ServicePoint.DECISION,
        ServicePoint.DELIVERY,
    ]


@pytest.mark.parametrize(
    ("status", "opened"),
    [
        (Status.REFUSED, 1),
        (Status.NOT_ACCEPTED, 1),
        (Status.WITHDRAWN, 0),
        (Status.TERMINATED, 0),
    ],
)
def test_only_a_result_can_be_rated(status: Status, opened: int) -> None:
    handlers.open_rating(CaseEnded(**fields(status), reason="示例"), AT)  # type: ignore[arg-type]

    assert RatingRight.objects.count() == opened


def test_other_moves_open_nothing() -> None:
    handlers.open_rating(CaseMoved(**fields(Status.ACCEPTED), action=Action.ACCEPT.value), AT)  # type: ignore[arg-type]

    assert not RatingRight.objects.exists()


@pytest.mark.parametrize("level", list(Level))
def test_every_level_can_be_stored(level: Level) -> None:
    handlers.open_rating(granted(), AT)

    services.rate(CASE, 1, level.value, "等了很久", actor=ZHANG_SAN, at=AT)

    assert Rating.objects.get().level == level
    assert selectors.get_distribution("SCJG-310115").by_level[level] == 1


@pytest.mark.parametrize("level", [4, 5])
def test_a_bad_level_needs_words(level: int) -> None:
    handlers.open_rating(granted(), AT)

    with pytest.raises(WordsMissing):
        services.rate(CASE, 1, level, "  ", actor=ZHANG_SAN, at=AT)

    assert not Rating.objects.exists()


@pytest.mark.parametrize("level", [0, 6])
def test_there_are_five_levels(level: int) -> None:
    handlers.open_rating(granted(), AT)

    with pytest.raises(UnknownLevel):
        services.rate(CASE, 1, level, "好", actor=ZHANG_SAN, at=AT)

    assert not Rating.objects.exists()


def test_a_service_is_rated_once() -> None:
    handlers.open_rating(granted(), AT)
    services.rate(CASE, 1, 5, "等了很久", actor=ZHANG_SAN, at=AT)

    with pytest.raises(services.AlreadyRated):
        services.rate(CASE, 1, 1, "", actor=ZHANG_SAN, at=AT)

    assert Rating.objects.get().level == Level.VERY_DISSATISFIED


def test_nobody_rates_somebody_elses_case_or_an_unknown_one() -> None:
    handlers.open_rating(granted(), AT)
    stranger = Actor(ActorKind.CITIZEN, uuid4(), "李四", subject_id=uuid4())
    officer = Actor(ActorKind.OFFICER, uuid4(), "王敏", subject_id=FIRM, department="SCJG-310115")

    for actor, number in ((stranger, CASE), (officer, CASE), (ZHANG_SAN, "0" * 43)):
        with pytest.raises(services.RightNotFound):
            services.rate(number, 1, 1, "", actor=actor, at=AT)

    assert not Rating.objects.exists()


def test_the_database_knows_no_bad_rating_without_words() -> None:
    handlers.open_rating(granted(), AT)

    with pytest.raises(IntegrityError, match="rating_bad_has_words"), transaction.atomic():
        Rating.objects.create(right=RatingRight.objects.get(), level=4, words="", rated_at=AT)


def test_the_share_that_answered_is_told_with_the_distribution() -> None:
    for number in ("1" * 43, "2" * 43, "3" * 43):
        handlers.open_rating(granted(number), AT)
    services.rate("1" * 43, 1, 1, "", actor=ZHANG_SAN, at=AT)

    distribution = selectors.get_distribution("SCJG-310115")

    assert (distribution.opened, distribution.rated) == (3, 1)
    assert distribution.by_level == {
        Level.VERY_SATISFIED: 1,
        Level.SATISFIED: 0,
        Level.FAIRLY_SATISFIED: 0,
        Level.DISSATISFIED: 0,
        Level.VERY_DISSATISFIED: 0,
    }


def test_a_list_of_rights_takes_one_query() -> None:
    counts = []
    for number in range(1, 12):
        handlers.open_rating(granted(f"{number:043d}"), AT)
        if number in (2, 11):
            with CaptureQueriesContext(connection) as queries:
                assert len(selectors.list_rights([FIRM])) == number
            counts.append(len(queries))

    assert counts == [1, 1]
