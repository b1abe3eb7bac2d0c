"""What went on in the sample city in the weeks before it opens: cases in every state, over all districts.

Every case goes through the services of `cases`, act by act, at instants of ordinary office hours.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from itertools import cycle

from tongban.domains.cases import services as cases
from tongban.domains.cases.selectors import get_calendar
from tongban.domains.cases.types import (
    Consent,
    NewCase,
    ServiceMethod,
    Submission,
    SupplementItem,
    TickMark,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import ApplicantKind, Guide, Necessity, Stage
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Connection
from tongban.domains.eforms.types import Answer, Origin, SubjectRole, field_key
from tongban.domains.evaluation import services as evaluation
from tongban.domains.evaluation.types import Level, ServicePoint
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.identity.types import Subject
from tongban.domains.registers import selectors as trust
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import RelationKind
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import DataElement, ElementType
from tongban.foundation import clock
from tongban.foundation.numbering import services as numbering
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.clock import PauseReason
from tongban.kernel.identifiers.resident_id import check_character
from tongban.kernel.identifiers.uscc import compose_uscc
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import Calendar, next_workday
from tongban.sites.portal.consents import CONSENTS, promise_text

CASES_A_DISTRICT = 16
HOME_OF_THE_CAST = "310115"
PEOPLE_A_DISTRICT = 4
FIRMS_A_DISTRICT = 2
SINCE_FIRST_CASE = timedelta(days=55)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = ("安然", "思远", "晓峰", "雨桐", "建华", "丽娟", "子涵", "国强")
TRADES = ("商贸", "餐饮管理", "物业服务", "信息技术", "医药", "建筑工程", "文化传播", "物流")
OWN_RESULTS = frozenset({SubjectRole.APPLICANT, SubjectRole.ENTERPRISE})
MORNING, OPENING = time(8, 0), time(9, 10)
LEVELS = tuple(Level(code) for code in (1, 2, 1, 3, 1, 4, 1, 1, 5))
WORDS = {Level.DISSATISFIED: "等的时间比说的长。", Level.VERY_DISSATISFIED: "电话一直没有人接。"}
A_NIGHTS_NEWS = 1_000
AS_RECEIVED = 1
"""The revision every case has when it comes in."""


@dataclass(frozen=True, slots=True)
class _Applicant:
    """A resident for herself, or a firm by its legal representative."""

    subject: Subject
    number: str
    person: Subject
    persons_number: str

    @property
    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.CITIZEN,
            account_id=None,
            name=self.person.name,
            subject_id=self.person.id,
            acting_for=self.subject.id,
        )


@dataclass(frozen=True, slots=True)
class _Matter:
    """A case under way, with what its next act needs."""

    number: str
    guide: Guide
    applicant: _Applicant
    staff: Mapping[Role, Actor]
    will_be_refused: bool
    level: Level
    """How the applicant will rate the service."""

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
    with numbering.one_connection():
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
    courses, serial, day, calendar = cycle(COURSES), 0, shanghai_date(at), get_calendar()
    at_home: defaultdict[str, Iterator[tuple[int, tuple[_Act, ...]]]] = defaultdict(lambda: cycle(COURSES))
    staff: dict[str, Mapping[Role, Actor]] = {}
    districts = directory.list_districts()
    items = _department_after_department(
        one for one in catalogue.list_guides(districts[0].code, day) if _is_ordinary(one)
    )
    for place, district in enumerate(districts):
        people, firms = _inhabitants(district.code, place, at - SINCE_FIRST_CASE)
        # Where the cast lives, everything is asked for once.
        is_home = district.code == HOME_OF_THE_CAST
        wanted = len(items) if is_home else CASES_A_DISTRICT
        begin = place * CASES_A_DISTRICT
        codes = [items[(begin + number) % len(items)] for number in range(wanted)]
        guides = catalogue.get_guides(codes, district.code, day)
        for code in codes:
            guide, serial = guides[code], serial + 1
            department = guide.procedure.department.code
            if department not in staff:
                staff[department] = _staff(department)
            applicants = people if ApplicantKind.PERSON in guide.substance.audience else firms
            # The officers of the cast find work on their desks: there each department begins with the first courses.
            age, acts = next(at_home[department] if is_home else courses)
            hours = _office_hours(calendar, at - timedelta(days=age), serial)
            yield _course(guide, next(applicants), staff[department], acts, serial, hours)


def _department_after_department(guides: Iterable[Guide]) -> list[str]:
    """The items' basic codes: the first of each department, then the second of each that has one, and so on."""
    listed: Counter[str] = Counter()
    ranked = []
    for guide in guides:
        department = guide.substance.department.code
        ranked.append((listed[department], department, guide.substance.basic_code))
        listed[department] += 1
    return [code for _rank, _department, code in sorted(ranked)]


def _begin_day(at: datetime) -> None:
    """What the worker does overnight: the law's limits, and the news of the day before."""
    with clock.standing_at(at):
        cases.keep_limits(at=at)
        while outbox.deliver_alone(A_NIGHTS_NEWS):
            pass


def _is_ordinary(guide: Guide) -> bool:
    """Handled by officers at the console, with something to examine and a result for the applicant herself."""
    department = guide.procedure.department
    return (
        department.connection is Connection.CONSOLE
        and guide.procedure.steps[0].kind == Stage.ACCEPTANCE
        and bool(guide.substance.points)
        and {result.holder_role for result in guide.substance.results} <= OWN_RESULTS
    )


def _staff(department: str) -> Mapping[Role, Actor]:
    """Who of the department acts in each role."""
    staff: dict[Role, Actor] = {}
    for officer in identity.list_officers(department):
        staff |= dict.fromkeys(officer.roles, identity.actor_for(officer.account_id))
    return staff


def _inhabitants(
    district: str, place: int, at: datetime
) -> tuple[Iterator[_Applicant], Iterator[_Applicant]]:
    """People and firms of a district, each in endless turn."""
    people = [_resident(district, place, number, at) for number in range(PEOPLE_A_DISTRICT)]
    firms = [_firm(people[number], district, place, number, at) for number in range(FIRMS_A_DISTRICT)]
    return cycle(people), cycle(firms)


def _resident(district: str, place: int, nth: int, at: datetime) -> _Applicant:
    """A sample person, born in the nineteenth century so that nobody's number is meant."""
    body = f"{district}18{70 + place:02d}{nth + 1:02d}15{place * 10 + nth + 500:03d}"
    number = body + check_character(body)
    name = SURNAMES[(place + nth * 5) % len(SURNAMES)] + GIVEN[(place + nth) % len(GIVEN)]
    person = identifying.register_person(name=name, number=number, actor=PLATFORM, at=at)
    return _Applicant(person, number, person, number)


def _firm(representative: _Applicant, district: str, place: int, nth: int, at: datetime) -> _Applicant:
    """A sample firm with its legal representative."""
    number = compose_uscc("91", district, f"MAD{place:02d}{nth:03d}")
    name = f"示例{GIVEN[(place + nth * 3) % len(GIVEN)]}{TRADES[(place + nth * 5) % len(TRADES)]}有限公司"
    firm = identifying.register_entity(name=name, number=number, actor=PLATFORM, at=at)
    registers.relate(
        kind=RelationKind.LEGAL_REPRESENTATIVE,
        subject_id=representative.subject.id,
        other_id=firm.id,
        since_date=shanghai_date(at),
        actor=PLATFORM,
        at=at,
    )
    return _Applicant(firm, number, representative.subject, representative.number)


def _course(
    guide: Guide,
    applicant: _Applicant,
    staff: Mapping[Role, Actor],
    acts: Sequence[_Act],
    serial: int,
    hours: Iterator[datetime],
) -> Iterator[datetime]:
    instant = next(hours)
    yield instant
    submission = _submission(guide, applicant, serial, instant, defers=_grant not in acts)
    receipt = cases.submit(submission, actor=applicant.actor, at=instant)
    level = LEVELS[serial % len(LEVELS)]
    matter = _Matter(receipt.cases[0].number, guide, applicant, staff, _refuse in acts, level)
    revision = AS_RECEIVED
    for act in acts:
        instant = next(hours)
        yield instant
        revision = act(matter, revision, instant)


def _office_hours(calendar: Calendar, since: datetime, serial: int) -> Iterator[datetime]:
    """Instants on working days, one or two days apart."""
    day = shanghai_date(since)
    while True:
        day = next_workday(calendar, day)
        yield datetime.combine(day, OPENING, tzinfo=SHANGHAI) + timedelta(minutes=serial * 37 % 420)
        day += timedelta(days=1 + serial % 2)


def _submission(
    guide: Guide, applicant: _Applicant, serial: int, at: datetime, *, defers: bool
) -> Submission:
    """Whoever keeps her promises makes one where she may, and lets follow later what may."""
    key = f"city-life-{serial}"
    is_trusted = trust.is_trusted(applicant.subject.id)
    promises = is_trusted and guide.substance.allows_promise
    texts = [*CONSENTS, promise_text(guide)] if promises else CONSENTS
    later = [one.code for one in guide.substance.materials if one.necessity is Necessity.DEFERRABLE]
    new = NewCase(
        item_code=guide.item_code,
        substance_version_id=guide.substance.version_id,
        procedure_version_id=guide.procedure.version_id,
        situation=None,
        answers=_answers(guide, applicant, at),
        attachments=(),
        deferred_materials=tuple(later) if is_trusted and defers else (),
        uses_promise=promises,
    )
    return Submission(
        applicant_id=applicant.subject.id,
        applicant_name=applicant.subject.name,
        purpose=guide.substance.basic_code,
        title=guide.title,
        division=guide.procedure.division,
        idempotency_key=key,
        body_sha256=sha256(key.encode()).hexdigest(),
        cases=(new,),
        consents=tuple(Consent(text.code, text.version, text.sha256, at) for text in texts),
    )


def _answers(guide: Guide, applicant: _Applicant, at: datetime) -> dict[str, Answer]:
    """A filled-in form: each element a value that its own standard accepts and a machine check finds in order."""
    elements, answers = standards.elements(), {}
    in_order = {point.check["field"]: point.check["value"] for point in guide.substance.points if point.check}
    known = {
        "person.name": applicant.person.name,
        "person.resident_id": applicant.persons_number,
        "entity.name": applicant.subject.name,
        "entity.uscc": applicant.number,
    }
    for one in guide.substance.form:
        element, key = elements[one.element], field_key(one.role, one.element)
        value, problem = in_order.get(key), None
        if value is None:
            raw = known.get(one.element) or _sample(element)
            value, problem = standard_rules.check_value(element, raw, today=shanghai_date(at))
        if problem is None and value is not None:
            answers[key] = Answer(value, Origin.TYPED)
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
    phone = next(one for one in matter.guide.substance.form if one.element == "person.phone")
    field = field_key(phone.role, phone.element)
    item = SupplementItem(field, "联系电话", "电话打不通。", "请填写能接通的电话。")
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
        case_number=matter.number, revision=revision, reason="暂时不办了", actor=matter.applicant.actor, at=at
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
        matter.number, ServicePoint.DECISION.nth, matter.level, words, actor=matter.applicant.actor, at=at
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
