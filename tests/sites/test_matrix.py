"""The matrix route by role by owner: every route is opened by everybody, and what is not hers looks to her like what is not there.

A route that this table does not know fails the first test, so that nobody adds one without saying whose it is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sites import city as cities
from sites.city import City
from sites.conftest import sign_in
from sites.portal import walk
from sites.systems import credentials
from tongban.domains.cases import services as cases
from tongban.domains.cases.models import AssistanceRequest, CallTask, Case, Paper
from tongban.domains.cases.types import QueueFilters, QueueView
from tongban.domains.catalogue.selectors import drafts as parts
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.eforms.models import Attachment
from tongban.domains.exchange import selectors as evidence
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.models import Batch
from tongban.domains.exchange.types import FindingKind, Grant, LookupRequest, NewDemand
from tongban.domains.identity import selectors as people
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import selectors as licences
from tongban.domains.licences import services as library
from tongban.domains.licences.types import ConsentAsk, LicenceAction, Notice, ReportKind, SignalKind
from tongban.domains.messaging import selectors as messaging
from tongban.domains.privacy import services as privacy
from tongban.domains.privacy.models import Alarm
from tongban.domains.registers import selectors as records
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import BrokenPromiseKind, NewObjection
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.foundation.audit.models import Entry
from tongban.foundation.outbox.models import Message
from tongban.foundation.outbox.testing import drain
from tongban.foundation.storage import services as storage
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.national_calendar import national_calendar
from tongban.sites.openapi import clients
from tongban.sites.shared.policies import Policy, policy_of

pytestmark = pytest.mark.django_db
FOOD_OFFICE, OTHER_DISTRICT = "SCJG-310115", "SCJG-310101"
NOWHERE = UUID("01a20da3-3a57-7996-8c54-f4cf3b7baf72")

OWNER, AGENT, STRANGER, NOBODY_YET, VISITOR = "owner", "agent", "stranger", "unidentified", "visitor"
ACCEPTOR, DECIDER, OTHER_OFFICE, ELSEWHERE = "acceptor", "decider", "other office", "other district"
EDITOR, PUBLISHER, SUPERVISOR, OPERATOR = "editor", "publisher", "supervisor", "operator"
STEWARD, OTHER_STEWARD = "steward", "other steward"
KEEPER = "keeper"
PRIVACY = "privacy officer"
CITIZENS = (OWNER, AGENT, STRANGER)
ROLES = {
    ACCEPTOR: {Role.ACCEPTOR, Role.EXAMINER},
    DECIDER: {Role.DECIDER},
    OTHER_OFFICE: {Role.ACCEPTOR, Role.EXAMINER},
    ELSEWHERE: {Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER},
    EDITOR: {Role.EDITOR},
    PUBLISHER: {Role.PUBLISHER},
    SUPERVISOR: {Role.SUPERVISOR},
    OPERATOR: {Role.OPERATOR},
    STEWARD: {Role.DATA_STEWARD},
    OTHER_STEWARD: {Role.DATA_STEWARD},
    KEEPER: {Role.LICENCE_KEEPER},
    PRIVACY: {Role.PRIVACY_OFFICER},
}
OFFICES = {OTHER_OFFICE: "SWU-310115", OTHER_STEWARD: "SWU-310115", ELSEWHERE: OTHER_DISTRICT}
APPLICANTS = {OWNER, AGENT}
OF_THE_OFFICE = {ACCEPTOR, DECIDER, SUPERVISOR}
WHOSE: dict[str, set[str]] = {
    "portal:draft": {OWNER},
    "portal:autosave": {OWNER},
    "portal:materials": {OWNER},
    "portal:upload": {OWNER},
    "portal:remove_upload": {OWNER},
    "portal:thumbnail": {OWNER},
    "portal:check": {OWNER},
    "portal:delete_draft": {OWNER},
    "portal:application": APPLICANTS,
    "portal:receipt": APPLICANTS,
    "portal:booklet": APPLICANTS,
    "portal:settle_branch": APPLICANTS,
    "portal:supplement": APPLICANTS,
    "portal:hand_in_deferred": set(),
    "portal:withdraw": APPLICANTS,
    "portal:rate": APPLICANTS,
    "portal:clock": APPLICANTS,
    "portal:paper": APPLICANTS,
    "portal:licence": APPLICANTS,
    "portal:licence_data": APPLICANTS,
    "portal:my_licence": APPLICANTS,
    "portal:report_licence": APPLICANTS,
    "portal:proceeding": APPLICANTS,
    "portal:consent": APPLICANTS,
    "portal:present": APPLICANTS,
    "portal:keep_in_phone": APPLICANTS,
    "portal:withdraw_from_phones": APPLICANTS,
    "portal:message": APPLICANTS,
    "portal:look": APPLICANTS,
    "portal:revoke_mandate": APPLICANTS,
    "console:delete_view": {ACCEPTOR},
    "console:dossier": OF_THE_OFFICE,
    "console:clock": OF_THE_OFFICE,
    "console:points": {ACCEPTOR},
    "console:attachment": OF_THE_OFFICE,
    "console:act": {ACCEPTOR},
    "console:fetch": {ACCEPTOR, DECIDER},
    "console:answer_assistance": {OTHER_OFFICE, OTHER_STEWARD},
    "console:assistance_document": {OTHER_OFFICE, OTHER_STEWARD, STEWARD, *OF_THE_OFFICE},
    "console:paper": OF_THE_OFFICE,
    "console:settle": set(),
    "console:settle_call": {ACCEPTOR, DECIDER},
    "console:repair": {DECIDER, SUPERVISOR},
    "console:retry": {OPERATOR},
    "console:licence_report": {KEEPER},
    "console:licence": {KEEPER},
    "console:licence_file": {KEEPER},
    "console:open_proceeding": {KEEPER},
    "console:reinstate_licence": {KEEPER},
    "console:proceeding": {KEEPER, DECIDER},
    "console:proceeding_step": {DECIDER},
    "console:collection": {KEEPER},
    "console:manual": {*OF_THE_OFFICE, EDITOR, PUBLISHER},
    "console:data_evidence_record": {STEWARD, SUPERVISOR},
    "console:data_demand": {STEWARD},
    "console:data_demand_act": {STEWARD},
    "console:data_end_grant": {STEWARD},
    "console:data_csv": {STEWARD, OTHER_STEWARD},
    "console:data_finding": {STEWARD},
    "console:data_objection": {STEWARD},
    "console:data_batch": {STEWARD},
    "console:data_quarantine": {STEWARD},
    "console:privacy_alarm": {PRIVACY},
    "console:privacy_complaint": {PRIVACY, STEWARD, SUPERVISOR},
    "console:draft": {EDITOR},
    "console:substance": set(),
    "console:procedure": {EDITOR, PUBLISHER},
    "console:preview": {EDITOR, PUBLISHER},
    "console:new_material": set(),
    "console:material": set(),
    "console:remove_material": set(),
    "console:situation": set(),
    "console:version_step": {EDITOR, PUBLISHER},
}
"""Who finds an object of the owner's, of his office or of its catalogue there, among those whom the route's policy lets in.

Nobody, where there is nothing of the kind: a material to follow, a check task, the city's substance in a district.
"""
SAME_EITHER_WAY = {"console:delete_view"}
"""Afterwards there is no such view of hers, whether there was one or not."""
PUBLIC_OBJECTS = {"code", "basic_code", "division", "token", "key", "uidb36"}
"""Parts of addresses that name what belongs to nobody."""
NOBODYS: dict[str, object] = {
    "code": "310131001001-01",
    "basic_code": "310131001001",
    "division": "310115",
    "token": "x" * 22,
    "number": "SQ202603029999999",
    "slug": "accept",
    "kind": "procedure",
    "step": "submit",
    "letter_id": 999_999_999,
    "look_id": 999_999_999,
}
FORM_NOISE = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|name="next" value="[^"]*"|(?:href|action)="[^"]*"|<body[^>]*>'
)


@dataclass(frozen=True)
class Town:
    """Everybody's browser, and the objects by the names that the routes use for them."""

    browsers: dict[str, Client]
    objects: dict[str, object]
    by_route: dict[str, dict[str, object]]
    case_number: str
    slot: str
    files: Path


@dataclass(frozen=True)
class Route:
    name: str
    pattern: URLPattern
    policy: Policy
    roles: frozenset[Role]
    arguments: tuple[str, ...]

    def address(self, town: Town) -> str:
        own = {**NOBODYS, **town.objects, **town.by_route.get(self.name, {})}
        return reverse(self.name, kwargs={name: own[name] for name in self.arguments})

    def address_of_nothing(self) -> str:
        found = {name: NOBODYS.get(name, NOWHERE) for name in self.arguments}
        return reverse(self.name, kwargs=found)


def routes_of(door: str, patterns: Iterable[Any] | None = None, space: str = "") -> Iterator[Route]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes_of(door, pattern.url_patterns, pattern.namespace or space)
        elif space == door:
            policy = policy_of(pattern)
            assert policy is not None, pattern
            yield Route(
                f"{space}:{pattern.name}",
                pattern,
                policy,
                getattr(pattern.callback, "roles", frozenset()),
                tuple(pattern.pattern.regex.groupindex),
            )


@pytest.fixture(scope="module")
def built_town(built_city: City, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Town]:
    """One application handed in and one draft begun by 张三 for 示例小馆; rolled back after the last test."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("town")
    with django_db_blocker.unblock(), transaction.atomic(), clock.standing_at(cities.NOW):
        yield _build(built_city)
        transaction.set_rollback(True)


@pytest.fixture
def town(built_town: Town, own_home: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(settings, "MEDIA_ROOT", built_town.files)
    return built_town


def _build(city: City) -> Town:
    firm = city.subjects["xiaoguan"]
    mandate = identity.grant_mandate(
        kind=MandateKind.AGENT,
        principal=firm,
        agent=city.subjects["lisi"],
        basis="示例授权委托书",
        valid_to=cities.NOW + timedelta(days=180),
        actor=PLATFORM,
        at=cities.NOW,
    )
    browsers = {OWNER: sign_in(city, "zhangsan"), AGENT: sign_in(city, "lisi")}
    for browser in browsers.values():
        browser.post("/my/acting-for/", {"subject": str(firm)})
    browsers[STRANGER] = sign_in(city, "linxiao")
    city.accounts["nobody"] = cities.open_account("nobody", "无名", None)
    browsers[NOBODY_YET] = sign_in(city, "nobody")
    browsers[VISITOR] = Client()
    _open_other_district()
    for name in ROLES:
        browsers[name] = _officer(city, name)
    number = walk.hand_in(browsers[OWNER], walk.complete(browsers[OWNER]))
    drain()
    draft_id = UUID(walk.begin(browsers[OWNER]).split("/")[2])
    walk.upload_all(browsers[OWNER], f"/drafts/{draft_id}/")
    upload = Attachment.objects.filter(draft_id=draft_id).exclude(thumbnail_key="")[0]
    case = Case.objects.get(application__number=number, department=FOOD_OFFICE)
    acceptor = people.actor_for(city.accounts[ACCEPTOR])
    view = cases.save_view(name="示例", view=QueueView.OPEN, filters=QueueFilters(), actor=acceptor)
    procedure = parts.list_procedures(frozenset({FOOD_OFFICE}))[0]
    letter = Message.objects.create(subscriber="s/E", queue="s/q", payload={}, is_dead=True)
    objects: dict[str, object] = {
        "draft_id": draft_id,
        "upload_id": upload.pk,
        "paper_id": Paper.objects.get(application__number=number).pk,
        "message_id": messaging.inbox([firm])[0].id,
        "mandate_id": mandate.id,
        "attachment_id": case.content.attachments[0],
        "view_id": view.id,
        "check_id": NOWHERE,
        "call_id": _call(case, messaging.inbox([firm])[0].id),
        "record_id": _broken_promise(firm, case.number),
        "letter_id": letter.pk,
        "owner_id": procedure.owner_id,
        "version_id": procedure.version_id,
        "substance_id": case.substance_version_id,
        "procedure_id": case.procedure_version_id,
        "number": case.number,
    }
    licence = licences.list_for_holders([firm])[0].number
    owner = people.actor_for(city.accounts["zhangsan"], firm, at=cities.NOW)
    objects["request_id"] = _assistance(case)
    report = library.file_report(
        kind=ReportKind.ERROR, number=licence, text="示例", actor=owner, at=cities.NOW
    )
    objects["report_id"] = report.id
    objects["proceeding_id"] = _proceeding(licence)
    objects["collection_id"] = library.collect(
        [], licence_type="YYZZ", issuer=FOOD_OFFICE, source="示例", actor=PLATFORM, at=cities.NOW
    ).id
    office = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例", department=FOOD_OFFICE)
    ask = ConsentAsk(firm, "示例", {"YYZZ": ("name",)}, is_once=True, until=date(2026, 4, 1))
    objects["consent_id"] = library.ask_consent(ask, actor=office, at=cities.NOW).id
    objects["demand_id"], objects["grant_id"] = _demand_and_grant()
    objects["finding_id"] = exchange.report_finding(
        "T-FOOD", FindingKind.QUALITY, text="示例", due_on=date(2026, 4, 1), actor=PLATFORM, at=cities.NOW
    ).id
    objects["batch_id"] = Batch.objects.create(resource_id="T-FOOD", received_at=cities.NOW, state="DONE").pk
    objects["exchange_id"] = _looked_up(firm)
    objects["look_id"], objects["complaint_id"], objects["alarm_id"] = _complaint(case, owner)
    objects["objection_id"] = _objection(firm)
    by_route: dict[str, dict[str, object]] = {
        "console:data_demand_act": {"slug": "withdraw"},
        "console:data_csv": {"slug": "supply"},
        "portal:application": {"number": number},
        "portal:receipt": {"number": number},
        "portal:booklet": {"number": number},
        "portal:settle_branch": {"number": number},
        "portal:status": {"number": number},
        "portal:licence": {"number": licence},
        "portal:licence_data": {"number": licence},
        "portal:present": {"number": licence},
        "portal:keep_in_phone": {"number": licence},
        "portal:withdraw_from_phones": {"number": licence},
        "portal:my_licence": {"number": licence},
        "portal:report_licence": {"number": licence},
        "console:licence": {"number": licence},
        "console:licence_file": {"number": licence},
        "console:open_proceeding": {"number": licence},
        "console:reinstate_licence": {"number": licence},
        "console:proceeding_step": {"slug": "drop"},
    }
    return Town(browsers, objects, by_route, case.number, upload.slot, settings.MEDIA_ROOT)


def _proceeding(licence: str) -> UUID:
    """One whose holder was told of it."""
    opened = library.open_proceeding(
        licence, signal=SignalKind.INSPECTION, text="示例", actor=PLATFORM, at=cities.NOW
    )
    notice = Notice(LicenceAction.REVOKE, "示例法", "第一条", "示例")
    library.notify(opened.id, notice, calendar=national_calendar(), actor=PLATFORM, at=cities.NOW)
    return opened.id


def _call(case: Case, message_id: UUID) -> UUID:
    task = CallTask.objects.create(case=case, message_id=message_id, title="示例", made_at=cities.NOW)
    return task.id


def _assistance(case: Case) -> UUID:
    """What the food office asks of the water office next door, with a document in the answer's place."""
    return AssistanceRequest.objects.create(
        case=case,
        to_department="SWU-310115",
        to_department_name="浦东新区水务局（示例）",
        what="请核实排水情况",
        asked_at=cities.NOW,
        asked_by_name="示例",
        due_on=cities.NOW.date(),
        storage_key=storage.put(b"%PDF-1.4", media_type="application/pdf", purpose="assistance").key,
        media_type="application/pdf",
        filename="示例.pdf",
    ).pk


def _broken_promise(firm: UUID, case_number: str) -> UUID:
    registers.record_broken_promise(
        subject_id=firm,
        case_number=case_number,
        department=FOOD_OFFICE,
        kind=BrokenPromiseKind.NOT_HANDED_IN,
        reason="示例",
        actor=PLATFORM,
        at=cities.NOW,
    )
    (record,) = records.list_broken_promises({FOOD_OFFICE})
    return record.id


def _demand_and_grant() -> tuple[UUID, UUID]:
    """The food office asks for a resource of another's, and grants one of its own to another district."""
    row = {"code": "T-FOOD", "name": "示例", "provider": FOOD_OFFICE, "sharing": "2", "fields": ["a"]}
    exchange.load_resources([row], actor=PLATFORM, at=cities.NOW)
    grant = exchange.grant_access(
        Grant("T-FOOD", OTHER_DISTRICT, ("a",), "示例", cities.NOW, None), actor=PLATFORM, at=cities.NOW
    )
    wanted = NewDemand("RK-CONDUCT", "", ("is_clear",), "示例", ("1",), "示例", date(2026, 12, 1))
    demand = exchange.ask_for_data(wanted, department=FOOD_OFFICE, actor=PLATFORM, at=cities.NOW)
    assert grant.id is not None
    return demand.id, grant.id


def _looked_up(firm: UUID) -> UUID:
    """A look-up in the food office's resource; whatever came of it, its record is there."""
    asked = LookupRequest("T-FOOD", firm, ("a",), "示例", "示例")
    exchange.look_up(asked, actor=PLATFORM, at=cities.NOW)
    (record,) = evidence.list_exchange_records(providers=[FOOD_OFFICE])
    return record.exchange_id


def _complaint(case: Case, owner: Actor) -> tuple[int, UUID, UUID]:
    """About the food office's look at the case, and an alarm about its register."""
    office = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例", department=FOOD_OFFICE)
    audit.record(
        actor=office,
        action="PAPER_OPENED",
        at=cities.NOW,
        object_type="paper",
        object_id="示例",
        subject_id=case.applicant_id,
        case_number=case.number,
    )
    look = Entry.objects.latest("id").pk
    made = privacy.complain(look, text="示例", actor=owner, at=cities.NOW)
    privacy.raise_other_subject(
        exchange_id=NOWHERE,
        provider=FOOD_OFFICE,
        subject_id=case.applicant_id,
        cause=case.number,
        happened_at=cities.NOW,
        at=cities.NOW,
    )
    return look, made.id, Alarm.objects.get().pk


def _objection(firm: UUID) -> UUID:
    """The firm's own, to a value that the food office deposited of it."""
    registers.deposit(resource="T-FOOD", subject_id=firm, values={"a": "示例"}, actor=PLATFORM, at=cities.NOW)
    speaker = Actor(ActorKind.CITIZEN, None, "示例", subject_id=firm, acting_for=firm)
    said = NewObjection(firm, "T-FOOD", "a", "示例", "示例")
    return registers.raise_objection(said, actor=speaker, at=cities.NOW).id


def _open_other_district() -> None:
    directory.save_department(
        Department(
            code=OTHER_DISTRICT,
            name="黄浦区市场监督管理局（示例）",
            short_name="市场监管",
            uscc=cities._uscc(700, "310101"),
            division="310101",
            level=Level.COUNTY,
            guided_by="SCJG",
            connection=Connection.CONSOLE,
            phone="021-50000003",
            complaint_phone="021-50000004",
            address="示例市黄浦区示例路2号",
            reconsideration_body="黄浦区人民政府",
            court="示例铁路运输法院",
        ),
        actor=PLATFORM,
        at=cities.NOW,
    )


def _officer(city: City, name: str) -> Client:
    city.accounts[name] = cities.open_account(f"matrix-{uuid4().hex[:8]}", name, None)
    identity.appoint_officer(
        account_id=city.accounts[name],
        department=OFFICES.get(name, FOOD_OFFICE),
        post="示例岗",
        roles=sorted(ROLES[name]),
        actor=PLATFORM,
        at=cities.NOW,
    )
    return sign_in(city, name)


def answer(town: Town, who: str, method: str, address: str) -> tuple[int, str, bytes]:
    """Status, where it leads, and the page without what differs from one page to the next; undone afterwards."""
    browser = town.browsers[who]
    with transaction.atomic(), clock.standing_at(cities.NOW):
        response = browser.get(address) if method == "GET" else browser.post(address, {"slot": town.slot})
        transaction.set_rollback(True)
    browser.cookies.pop("messages", None)
    return response.status_code, response.headers.get("Location", ""), FORM_NOISE.sub(b"", response.content)


def gate(route: Route, who: str) -> str:
    """What the route's policy alone says: `in`, or where the others end."""
    if route.policy is Policy.PUBLIC:
        return "in"
    if who == VISITOR:
        return "/login/"
    if route.policy is Policy.CITIZEN:
        return "in" if who in CITIZENS else "/my/identify/"
    if route.policy is Policy.OFFICER:
        return "in" if who in ROLES and (not route.roles or ROLES[who] & route.roles) else "nothing"
    return "in"


def of_somebody(route: Route) -> bool:
    return route.policy is not Policy.PUBLIC and not set(route.arguments) <= PUBLIC_OBJECTS


@pytest.mark.parametrize("door", ["portal", "console"])
def test_every_route_with_an_object_is_in_the_matrix(door: str) -> None:
    found = {route.name for route in routes_of(door) if of_somebody(route)}

    assert found == {name for name in WHOSE if name.startswith(f"{door}:")}


@pytest.mark.parametrize("who", [OWNER, AGENT, STRANGER, NOBODY_YET, VISITOR, *ROLES])
@pytest.mark.parametrize("door", ["portal", "console"])
def test_each_opens_what_is_hers_and_the_rest_looks_like_nothing(town: Town, door: str, who: str) -> None:
    wrong = []
    for route in routes_of(door):
        wanted = gate(route, who)
        if wanted == "in" and of_somebody(route):
            wanted = "in" if who in WHOSE[route.name] else "nothing"
        found = [answer(town, who, method, route.address(town)) for method in ("GET", "POST")]
        statuses = [status for status, _location, _page in found if status != 405]
        if wanted.startswith("/"):
            is_so = all(location.startswith(wanted) for _status, location, _page in found)
        elif wanted == "in":
            is_so = not of_somebody(route) or any(status != 404 for status in statuses)
            is_so = is_so and not any("/login/" in location for _status, location, _page in found)
        else:
            nothing = [answer(town, who, method, route.address_of_nothing()) for method in ("GET", "POST")]
            is_so = [one[::2] for one in found] == [one[::2] for one in nothing]
            is_so = is_so and (set(statuses) <= {404} or route.name in SAME_EITHER_WAY)
        if not is_so:
            wrong.append((route.name, wanted, [one[:2] for one in found]))

    assert not wrong, "\n".join(str(one) for one in wrong)


def test_a_system_finds_its_own_cases_only(town: Town) -> None:
    with transaction.atomic():
        tokens = {name: _token(office) for name, office in (("own", FOOD_OFFICE), ("other", "SWU-310115"))}
        spec = town.browsers[VISITOR].get("/api/v1/openapi.json").json()
        operations = [
            (method, path, "security" in operation)
            for path, methods in spec["paths"].items()
            for method, operation in methods.items()
        ]
        for method, path, is_guarded in operations:
            if not is_guarded:
                continue
            own = path.replace("{number}", town.case_number)
            own = own.replace("{attachment_id}", str(town.objects["attachment_id"]))
            none = path.replace("{number}", "91350100M000100Y4399999").replace(
                "{attachment_id}", str(NOWHERE)
            )
            assert call(method, own, "")[0] == 401, path
            assert call(method, own, "forged")[0] == 401, path
            assert call(method, own, tokens["other"]) == call(method, none, tokens["other"]), path
            if "{number}" in path:
                assert call(method, own, tokens["own"])[0] not in (401, 403, 404), path
                if method == "get":
                    assert call(method, own, tokens["other"])[0] == 404, path
        transaction.set_rollback(True)

    assert sum(is_guarded for _method, _path, is_guarded in operations) >= 15


def _token(office: str) -> str:
    made = credentials(office, cities.NOW)
    return clients.issue_token(str(made.client_id), made.secret, address="192.0.2.1")


def call(method: str, path: str, token: str) -> tuple[int, bytes]:
    """Status and body of a call with an act's body, undone afterwards."""
    headers = {"Idempotency-Key": uuid4().hex} | ({"Authorization": f"Bearer {token}"} if token else {})
    with transaction.atomic(), clock.standing_at(cities.NOW):
        response = Client(raise_request_exception=False).generic(
            method.upper(), path, '{"revision": 1}', "application/json", headers=headers
        )
        transaction.set_rollback(True)
    return response.status_code, response.content
