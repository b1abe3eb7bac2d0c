"""Play a story: the citizen's part, then day by day the officers', until every result is in her hands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from tongban.demo import seeding
from tongban.demo.management.commands.demo_clock import move_to
from tongban.demo.walkthrough.account import Account, NotAsked, PackageAccount, Waived
from tongban.demo.walkthrough.browser import Browser, StepFailed
from tongban.demo.walkthrough.citizen import Citizen
from tongban.demo.walkthrough.officers import Desk, officer_for
from tongban.demo.walkthrough.stories import STORIES, Story
from tongban.domains.cases import selectors as cases
from tongban.domains.cases.states import act_words
from tongban.domains.cases.types import Action, Dossier, Status, Timeline, WaivedState
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import ResultEffect, Rule
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Connection, Department
from tongban.domains.eforms import selectors as eforms
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.lifeevents import services as packages
from tongban.domains.lifeevents.types import BranchStatus, Plan
from tongban.foundation import clock
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM, Role
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import count_workdays, next_workday

MORNING = time(9, 30)
MOST_DAYS = 60
MANDATE_DAYS = 90
DONE = frozenset({Status.SERVED, Status.CLOSED})
OWN_SYSTEM_ACTS = frozenset(
    {Action.ACCEPT, Action.FINISH_EXAMINATION, Action.GRANT, Action.REFUSE, Action.SERVE}
)
ENDED_BADLY = frozenset({Status.NOT_ACCEPTED, Status.REFUSED, Status.WITHDRAWN, Status.TERMINATED})


def play(address: str, *, say: Callable[[str], object], stories: tuple[Story, ...] = STORIES) -> Account:
    """All the stories in turn; the account says what happened and whether it was what was promised."""
    account = Account(say)
    with _Office(address) as office:
        for story in stories:
            say(f"—— {story.package} ——")
            told = len(account.steps)
            try:
                _Play(story, office, account).run()
            except StepFailed as failed:
                if not any(str(failed) in step.detail for step in account.steps[told:]):
                    account.note("portal", story.person, "停止", str(failed), ok=False)
    return account


class _Office:
    """Every officer's browser, opened when she is first needed and kept: people sign in once a day, not once an act."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._desks: dict[UUID, Desk] = {}
        self._browsers: list[Browser] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for browser in self._browsers:
            browser.close()

    def desk(self, department: str, role: Role) -> Desk:
        officer = officer_for(department, role)
        if officer.account_id not in self._desks:
            self._desks[officer.account_id] = Desk(self.sign_in(officer.username), officer)
        return self._desks[officer.account_id]

    def sign_in(self, username: str) -> Browser:
        browser = Browser(self._address)
        self._browsers.append(browser)
        browser.sign_in(username, seeding.PASSWORD)
        return browser


@dataclass(frozen=True, slots=True)
class _Cast:
    name: str
    username: str
    number: str


class _Play:
    def __init__(self, story: Story, office: _Office, account: Account) -> None:
        self.story = story
        self.office = office
        self.account = account
        self.report = PackageAccount(story.package)
        self.person = _person("key", story.person)
        self.applicant = _subject(story.applicant)
        self.application = ""
        self.heard_of: set[str] = set()

    def run(self) -> None:
        self.account.packages.append(self.report)
        if self.story.consent:
            self._authorise()
        plan = self._apply()
        try:
            for _day in range(MOST_DAYS):
                self._work_one_day()
                if self._is_finished():
                    break
                _next_day()
            rated = self.citizen.rate_all(self.application)
            self.account.note("portal", self.person.name, "评价", f"{rated} 次服务，非常满意")
        finally:
            self._compare(plan)

    def _authorise(self) -> None:
        assert self.story.consent is not None
        other = _person("username", self.story.consent.username)
        browser = self.office.sign_in(other.username)
        until = (shanghai_date(clock.now()) + timedelta(days=MANDATE_DAYS)).isoformat()
        kind, person = self.story.consent.kind, self.person

        def agree() -> str:
            citizen = Citizen(browser, other.name)
            return citizen.authorise(
                kind=kind, name=person.name, number=person.number, scope=self.story.package, until=until
            )

        self.account.attempt("portal", other.name, "同意并授权", agree)

    def _apply(self) -> Plan:
        story, note = self.story, self.account.note
        who = self.person.name
        browser = self.office.sign_in(self.person.username)
        self.citizen = citizen = Citizen(browser, who)
        note("portal", who, "登录", "用密码登录")
        if story.applicant != story.person:
            citizen.act_for(self.applicant)
            note("portal", who, "代办", f"以{identity.get_subject(self.applicant).name}的名义")
        self.account.attempt("portal", who, "搜索", lambda: citizen.search(story.words, story.package))
        shown, asked = citizen.answer(story.package, story.division, story.answers)
        note("portal", who, "回答问题", f"{asked} 个问题，得到办理计划")
        page = citizen.begin(shown)
        draft = urlsplit(page.address).path
        plan, prefilled = self._read_plan(draft)
        note("portal", who, "看计划", f"{len(plan.items)} 个事项，承诺 {plan.promised_days} 个工作日办完")
        for one in self.report.materials_not_asked:
            note("portal", who, "不用交", f"{one.name}（{one.rule}：{one.source}）")
        required = [one.key for group in plan.form.groups for one in group.fields if one.is_required]
        page = citizen.fill(page, story.typed, required)
        note("portal", who, "填表", f"一张表 {self.report.fields_asked} 项，已预填 {prefilled} 项")
        page, uploads = citizen.upload_all(page)
        note("portal", who, "上传材料", f"{uploads} 份")
        self.application = citizen.hand_in(draft)
        note("portal", who, "提交", f"收件凭证 {self.application}")
        return plan

    def _read_plan(self, draft_path: str) -> tuple[Plan, int]:
        """The plan behind the draft, and how many of its fields came filled in."""
        draft = eforms.get_draft(UUID(draft_path.split("/")[2]), _subject(self.story.person))
        plan = packages.plan_for_draft(draft, at=clock.now())
        fields = [one.key for group in plan.form.groups for one in group.fields]
        prefilled = sum(key in draft.answers for key in fields)
        report = self.report
        report.fields_asked, report.fields_prefilled = len(fields) - prefilled, prefilled
        report.promised_days = plan.promised_days
        report.materials_asked = [one.material.name for one in plan.to_bring]
        waived = (*plan.fetched, *plan.produced, *plan.no_longer)
        report.materials_not_asked = [
            NotAsked(one.material.name, one.rule.value if one.rule else "", one.source) for one in waived
        ]
        self.account.check("免交材料", f"{len(waived)} 份不用交", ok=bool(waived))
        return plan, prefilled

    def _work_one_day(self) -> None:
        """Everything that can be done today, what starts today because something else was granted included."""
        moved = True
        while moved:
            self.account.wait_for("工作进程", "投递消息", lambda: outbox.backlog() == 0)
            self._hear_from_own_systems()
            moved = True in [self._work_on(number) for number in self._open_cases()]

    def _work_on(self, number: str) -> bool:
        """The next act on one case if it is its time; whether anything was done."""
        dossier = cases.get_dossier(number, actor=PLATFORM)
        match dossier.status:
            case Status.RECEIVED:
                self._act(dossier, Role.ACCEPTOR, "受理", lambda desk: desk.accept(number))
            case Status.ACCEPTED:
                self._act(dossier, Role.EXAMINER, "审查", lambda desk: desk.examine(number))
            case Status.EXAMINED if self._is_day_of_decision(dossier):
                fields = self.story.licence_fields
                self._act(dossier, Role.DECIDER, "准予", lambda desk: desk.grant(number, fields))
            case Status.GRANTED:
                self._act(dossier, Role.DECIDER, "送达", lambda desk: desk.serve(number))
            case _:
                return False
        return True

    def _hear_from_own_systems(self) -> None:
        """Where a department has its own system nobody signs in: it has heard of the case and works it over the open API."""
        for number in [one.number for one in self._timeline().cases if one.number not in self.heard_of]:
            office = directory.get_department(cases.get_dossier(number, actor=PLATFORM).department)
            if office.connection is Connection.OWN_SYSTEM:
                self._await_own_system(number, office)
            self.heard_of.add(number)

    def _await_own_system(self, number: str, office: Department) -> None:
        def has_ended() -> bool:
            return cases.get_dossier(number, actor=PLATFORM).status in DONE | ENDED_BADLY

        self.account.wait_for(office.name, f"办理 {number}", has_ended)
        dossier = cases.get_dossier(number, actor=PLATFORM)
        for entry in dossier.history:
            if entry.action in OWN_SYSTEM_ACTS:
                what = f"{dossier.item_name} {number}：由部门自有系统办理"
                self.account.note("openapi", office.name, act_words(entry.action), what)

    def _act(self, dossier: Dossier, role: Role, words: str, act: Callable[[Desk], str]) -> None:
        office = directory.get_department(dossier.department).name
        what = f"{dossier.item_name} {dossier.number}"
        try:
            desk = self.office.desk(dossier.department, role)
        except StepFailed as failed:
            self.account.note("console", office, words, f"{what}：{failed}", ok=False)
            raise
        who = f"{desk.officer.name}（{office}）"
        self.account.attempt("console", who, words, lambda: f"{what}：{act(desk)}")

    def _is_day_of_decision(self, dossier: Dossier) -> bool:
        """On the day before the promised one: officers take the time they said, and keep it."""
        guide = catalogue.get_guide_by_versions(dossier.substance_version_id, dossier.procedure_version_id)
        assert dossier.accepted_on is not None
        return _workdays(dossier.accepted_on, shanghai_date(clock.now())) >= guide.procedure.promised_days - 1

    def _timeline(self) -> Timeline:
        return cases.get_timeline(self.application, actor=PLATFORM)

    def _open_cases(self) -> list[str]:
        return [one.number for one in self._timeline().cases if one.status not in DONE | ENDED_BADLY]

    def _is_finished(self) -> bool:
        run = lifeevents.find_run(self._timeline().application_id)
        waiting = run is not None and any(one.status is BranchStatus.PLANNED for one in run.branches)
        return not waiting and not self._open_cases()

    def _compare(self, plan: Plan) -> None:
        """Hold what came, whether or not the story came to its end, against what the plan promised."""
        found = self._timeline()
        report, check = self.report, self.account.check
        report.cases = [one.number for one in found.cases]
        report.licences = [number for one in found.cases for number in one.licences]
        decided = [cases.get_dossier(one.number, actor=PLATFORM).decision for one in found.cases]
        days = [shanghai_date(one.decided_at) for one in decided if one is not None]
        begun = next_workday(cases.get_calendar(), shanghai_date(found.received_at))
        report.elapsed_days = _workdays(begun, max(days, default=begun))
        wanted = [one for one in plan.items if not one.package_item.guidance_only]
        promised = sum(
            result.licence_type is not None and result.effect is not ResultEffect.CANCEL
            for one in wanted
            for result in one.guide.substance.results
        )
        done = sum(one.status in DONE for one in found.cases)
        is_done = done == len(wanted) == len(found.cases)
        self._compare_waived(found)
        check("全部办结", f"计划 {len(wanted)} 个事项，办成 {done} 个", ok=is_done)
        came = f"实际 {report.elapsed_days} 个" if is_done else "没有全部办成"
        check(
            "承诺时间",
            f"承诺 {report.promised_days} 个工作日，{came}",
            ok=is_done and report.elapsed_days <= report.promised_days,
        )
        check(
            "结果",
            f"应发 {promised} 份，签发 {len(report.licences)} 份",
            ok=len(report.licences) == promised,
        )

    def _compare_waived(self, found: Timeline) -> None:
        """What the cases say was not asked for, and whether her own timeline says so with the reason."""
        by_slot: dict[str, Waived] = {}
        for case in found.cases:
            for one in case.waived:
                if one.rule is not Rule.FILLED_IN_FORM:
                    told = Waived(one.name, one.rule.value, one.source, one.state.value, case.number)
                    by_slot.setdefault(one.slot, told)
        self.report.waived = list(by_slot.values())
        page = self.citizen.timeline(self.application)
        silent = [one.name for one in self.report.waived if one.name not in page.text]
        least = self.story.least_waived
        self.account.check(
            "免交材料有说明",
            f"{len(by_slot)} 样没有要她交，至少应有 {least} 样；进度页没有说明的 {len(silent)} 样",
            ok=len(by_slot) >= least and not silent,
        )
        came = sum(one.state == WaivedState.FETCHED for one in self.report.waived)
        lost = [one.name for one in self.report.waived if one.state == WaivedState.FELL_BACK]
        self.account.check("部门调取", f"调取到 {came} 样，要她补交 {len(lost)} 样", ok=not lost)


def _next_day() -> None:
    now = clock.now().astimezone(SHANGHAI)
    day = next_workday(cases.get_calendar(), now.date() + timedelta(days=1))
    move_to(datetime.combine(day, MORNING, tzinfo=SHANGHAI))


def _workdays(start: date, end: date) -> int:
    return count_workdays(cases.get_calendar(), start, end).workdays


def _person(key: str, value: str) -> _Cast:
    for one in seeding.read("people")["persons"]:
        if one.get(key) == value:
            return _Cast(one["name"], one["username"], one["number"])
    raise StepFailed(f"nobody whose {key} is {value}")


def _subject(key: str) -> UUID:
    people: Mapping[str, list[dict[str, str]]] = seeding.read("people")
    for kind, rows in ((SubjectKind.PERSON, people["persons"]), (SubjectKind.ENTITY, people["entities"])):
        for one in rows:
            if one["key"] == key:
                subject = identity.find_subject(kind, one["number"])
                assert subject is not None, f"{key} is in the sample city"
                return subject.id
    raise StepFailed(f"nobody is {key}")
