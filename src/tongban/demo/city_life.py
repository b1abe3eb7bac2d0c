"""What went on in the sample city in the weeks before it opens: cases in every state, over all districts.

Every case goes through the services of `cases`, act by act, at instants of ordinary office hours.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from hashlib import sha256
from itertools import count, cycle
from uuid import UUID

from tongban.domains.cases import services as cases
from tongban.domains.cases.selectors import get_calendar
from tongban.domains.cases.types import (
    NewCase,
    ServiceMethod,
    Submission,
    SupplementItem,
    TickMark,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import ApplicantKind, Guide
from tongban.domains.directory import selectors as directory
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.evaluation import services as evaluation
from tongban.domains.evaluation.types import Level, ServicePoint
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import DataElement, ElementType
from tongban.foundation import clock
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.clock import PauseReason
from tongban.kernel.identifiers.resident_id import check_character
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import next_workday

CASES_A_DISTRICT = 19
PEOPLE_A_DISTRICT = 4
SINCE_FIRST_CASE = timedelta(days=55)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = ("安然", "思远", "晓峰", "雨桐", "建华", "丽娟", "子涵", "国强")
MORNING, OPENING = time(8, 0), time(9, 10)
LEVELS = tuple(Level(code) for code in (1, 2, 1, 3, 1, 4, 1, 1, 5))
WORDS = {Level.DISSATISFIED: "等的时间比说的长。", Level.VERY_DISSATISFIED: "电话一直没有人接。"}
AS_RECEIVED = 1
"""The revision every case has when it comes in."""


@dataclass(frozen=True, slots=True)
class _Resident:
    id: UUID
    name: str

    @property
    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.CITIZEN, account_id=None, name=self.name, subject_id=self.id, acting_for=self.id
        )


@dataclass(frozen=True, slots=True)
class _Matter:
    """A case under way, with what its next act needs."""

    number: str
    guide: Guide
    resident: _Resident
    staff: Mapping[Role, Actor]
    will_be_refused: bool
    level: Level
    """How the resident will rate the service."""

    def first_point(self) -> str:
        return self.guide.substance.points[0].code


_Act = Callable[[_Matter, int, datetime], int]
"""Does something with a case of that revision; the revision it has then."""


def live(*, at: datetime) -> int:
    """Let the city live until `at`, every act in its turn; how many cases there are then."""
    due = [(next(course), nth, course) for nth, course in enumerate(_courses(at))]
    written = len(due)
    heapq.heapify(due)
    today = shanghai_date(due[0][0])
    while due:
        instant, nth, course = heapq.heappop(due)
        if shanghai_date(instant) > today:
            today = shanghai_date(instant)
            _begin_day(datetime.combine(today, MORNING, tzinfo=SHANGHAI))
        following = next(course, None)
        if following is not None and following < at:
            heapq.heappush(due, (following, nth, course))
    _begin_day(at)
    return written


def _courses(at: datetime) -> Iterator[Iterator[datetime]]:
    """Each case's course as the instants of its acts; the next act is done when the next instant is asked for."""
    serials, courses = count(1), cycle(COURSES)
    for place, district in enumerate(directory.list_districts()):
        offered = [
            one for one in catalogue.list_guides(district.code, shanghai_date(at)) if _is_ordinary(one)
        ]
        residents = cycle(_residents(district.code, place, at - SINCE_FIRST_CASE))
        # A different beginning in each district, so that all items are asked for somewhere.
        items = cycle(offered[place * 3 % len(offered) :] + offered[: place * 3 % len(offered)])
        for _number in range(CASES_A_DISTRICT):
            age, acts = next(courses)
            yield _course(next(items), next(residents), acts, next(serials), at - timedelta(days=age))


def _begin_day(at: datetime) -> None:
    """What the worker does overnight: the law's limits, and the news of the day before."""
    with clock.standing_at(at):
        cases.keep_limits(at=at)
        while outbox.deliver_inside():
            pass


def _is_ordinary(guide: Guide) -> bool:
    """For persons, done by officers of the district at the console, with something to examine."""
    staff = _staff(guide.procedure.department.code)
    return (
        ApplicantKind.PERSON in guide.substance.audience
        and bool(guide.substance.points)
        and not guide.procedure.external_link
        and {Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER} <= staff.keys()
    )


@cache
def _staff(department: str) -> Mapping[Role, Actor]:
    """Who of the department acts in each role."""
    return {
        role: identity.actor_for(officer.account_id)
        for officer in identity.list_officers(department)
        for role in officer.roles
    }


def _residents(district: str, place: int, at: datetime) -> list[_Resident]:
    """Sample people, born in the nineteenth century so that nobody's number is meant."""
    found = []
    for number in range(PEOPLE_A_DISTRICT):
        body = f"{district}18{70 + place:02d}{number + 1:02d}15{place * 10 + number + 500:03d}"
        name = SURNAMES[(place + number * 5) % len(SURNAMES)] + GIVEN[(place + number) % len(GIVEN)]
        subject = identifying.register_person(
            name=name, number=body + check_character(body), actor=PLATFORM, at=at
        )
        found.append(_Resident(subject.id, name))
    return found


def _course(
    guide: Guide, resident: _Resident, acts: Sequence[_Act], serial: int, since: datetime
) -> Iterator[datetime]:
    hours = _office_hours(since, serial)
    instant = next(hours)
    yield instant
    receipt = cases.submit(_submission(guide, resident, serial, instant), actor=resident.actor, at=instant)
    staff = _staff(guide.procedure.department.code)
    level = LEVELS[serial % len(LEVELS)]
    matter = _Matter(receipt.cases[0].number, guide, resident, staff, _refuse in acts, level)
    revision = AS_RECEIVED
    for act in acts:
        instant = next(hours)
        yield instant
        revision = act(matter, revision, instant)


def _office_hours(since: datetime, serial: int) -> Iterator[datetime]:
    """Instants on working days, one or two days apart."""
    day = shanghai_date(since)
    while True:
        day = next_workday(get_calendar(), day)
        yield datetime.combine(day, OPENING, tzinfo=SHANGHAI) + timedelta(minutes=serial * 37 % 420)
        day += timedelta(days=1 + serial % 2)


def _submission(guide: Guide, resident: _Resident, serial: int, at: datetime) -> Submission:
    key = f"city-life-{serial}"
    new = NewCase(
        item_code=guide.item_code,
        substance_version_id=guide.substance.version_id,
        procedure_version_id=guide.procedure.version_id,
        situation=None,
        answers=_answers(guide, resident, at),
        attachments=(),
        deferred_materials=(),
        uses_promise=False,
    )
    return Submission(
        applicant_id=resident.id,
        applicant_name=resident.name,
        purpose=guide.substance.basic_code,
        title=guide.title,
        division=guide.procedure.division,
        idempotency_key=key,
        body_sha256=sha256(key.encode()).hexdigest(),
        cases=(new,),
        consents=(),
    )


def _answers(guide: Guide, resident: _Resident, at: datetime) -> dict[str, Answer]:
    """A filled-in form: each element a value its own standard accepts."""
    elements, answers = standards.elements(), {}
    for one in guide.substance.form:
        element = elements[one.element]
        raw = resident.name if one.element == "person.name" else _sample(element)
        value, problem = standard_rules.check_value(element, raw, today=shanghai_date(at))
        if problem is None and value is not None:
            answers[f"{one.role}.{one.element}"] = Answer(value, Origin.TYPED)
    return answers


def _sample(element: DataElement) -> object:
    match element.element_type:
        case ElementType.BOOL:
            return True
        case ElementType.INT | ElementType.MONEY:
            return "12"
        case ElementType.DATE:
            return "2026-01-15"
        case ElementType.CODE:
            return element.options[0].value if element.options else ""
        case _:
            return "13800138000" if element.validator == "phone" else "示例"


def _tick(matter: _Matter, revision: int, at: datetime) -> int:
    refused = matter.first_point() if matter.will_be_refused else ""
    marks = [
        TickMark(one.code, one.code != refused, "与规定不符（示例）" if one.code == refused else "")
        for one in matter.guide.substance.points
    ]
    return cases.tick_points(
        case_number=matter.number, revision=revision, marks=marks, actor=matter.staff[Role.EXAMINER], at=at
    ).revision


def _accept(matter: _Matter, revision: int, at: datetime) -> int:
    actor = matter.staff[Role.ACCEPTOR]
    return cases.accept_case(case_number=matter.number, revision=revision, actor=actor, at=at).revision


def _request_supplement(matter: _Matter, revision: int, at: datetime) -> int:
    item = SupplementItem("HANDLER.person.phone", "联系电话", "电话打不通。", "请填写能接通的电话。")
    actor = matter.staff[Role.ACCEPTOR]
    return cases.request_supplement(
        case_number=matter.number, revision=revision, items=[item], actor=actor, at=at
    ).revision


def _refuse_acceptance(matter: _Matter, revision: int, at: datetime) -> int:
    return cases.refuse_acceptance(
        case_number=matter.number,
        revision=revision,
        reason="申请事项不属于本机关职权范围。",
        where_to_go="户籍所在地的同级机关",
        actor=matter.staff[Role.ACCEPTOR],
        at=at,
    ).revision


def _finish(matter: _Matter, revision: int, at: datetime) -> int:
    revision = _tick(matter, revision, at)
    actor = matter.staff[Role.EXAMINER]
    return cases.finish_examination(case_number=matter.number, revision=revision, actor=actor, at=at).revision


def _suspend(matter: _Matter, revision: int, at: datetime) -> int:
    return cases.suspend(
        case_number=matter.number,
        revision=revision,
        procedure=PauseReason.EXPERT_REVIEW.value,
        days=10,
        actor=matter.staff[Role.EXAMINER],
        at=at,
    ).revision


def _grant(matter: _Matter, revision: int, at: datetime) -> int:
    actor = matter.staff[Role.DECIDER]
    return cases.grant(
        case_number=matter.number, revision=revision, result_fields={}, actor=actor, at=at
    ).revision


def _refuse(matter: _Matter, revision: int, at: datetime) -> int:
    bases = [one.id for one in matter.guide.substance.legal_basis if not one.is_repealed]
    return cases.refuse(
        case_number=matter.number,
        revision=revision,
        failed_points=[matter.first_point()],
        legal_basis=bases[:1],
        reason="经审查，申请材料与规定的条件不符（示例）。",
        actor=matter.staff[Role.DECIDER],
        at=at,
    ).revision


def _withdraw(matter: _Matter, revision: int, at: datetime) -> int:
    return cases.withdraw(
        case_number=matter.number, revision=revision, reason="暂时不办了", actor=matter.resident.actor, at=at
    ).revision


def _terminate(matter: _Matter, revision: int, at: datetime) -> int:
    return cases.terminate(
        case_number=matter.number,
        revision=revision,
        reason="申请人要求办理的对象已不存在。",
        actor=matter.staff[Role.DECIDER],
        at=at,
    ).revision


def _serve(matter: _Matter, revision: int, at: datetime) -> int:
    return cases.serve(
        case_number=matter.number,
        revision=revision,
        method=ServiceMethod.ELECTRONIC,
        proof=f"电子送达回执 {matter.number}",
        actor=matter.staff[Role.DECIDER],
        at=at,
    ).revision


def _rate(matter: _Matter, revision: int, at: datetime) -> int:
    words = WORDS.get(matter.level, "")
    evaluation.rate(
        matter.number, ServicePoint.DECISION.nth, matter.level, words, actor=matter.resident.actor, at=at
    )
    return revision


_GRANTED: tuple[_Act, ...] = (_accept, _finish, _grant, _serve)
COURSES: tuple[tuple[int, tuple[_Act, ...]], ...] = (
    (3, ()),
    (6, (_accept,)),
    (21, (*_GRANTED, _rate)),
    (5, (_request_supplement,)),
    (6, (_accept, _finish)),
    (34, (*_GRANTED, _rate)),
    (4, ()),
    (24, (_refuse_acceptance,)),
    (21, (_accept, _finish, _grant)),
    (37, (*_GRANTED, _rate)),
    (12, (_accept, _suspend)),
    (23, (_accept, _finish, _refuse)),
    (25, (_accept, _withdraw)),
    (30, (*_GRANTED, _rate)),
    (22, (_accept, _terminate)),
    (28, (_accept, _finish, _refuse, _serve, _rate)),
    (54, (_accept,)),
    (41, _GRANTED),
    (50, (_accept, _finish)),
    (26, ()),
    (31, (_request_supplement,)),
)
"""Days of age at opening, and the acts done since; a few are left lying until a limit passes."""
