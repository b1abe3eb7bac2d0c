"""From the plan to its form, from the form to its cases."""

import copy
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from domains.lifeevents.city import (
    BIG_SHOP,
    BIRTH,
    CARD,
    CONSENTS,
    FIRE,
    FOOD,
    HUKOU,
    INSURANCE,
    MATERNITY,
    NEWBORN,
    NOW,
    PUDONG,
    RESTAURANT,
    SCOPE,
    SEWAGE,
    TOBACCO,
    VACCINE,
    City,
    authorise_mother,
    build,
    guides,
)
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.events import CaseGranted
from tongban.domains.cases.models import Application, Case
from tongban.domains.cases.models import Consent as ConsentRow
from tongban.domains.cases.types import ApplicationReceipt, Consent, Dossier, Status, TickMark
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.eforms import selectors as drafts
from tongban.domains.eforms import services as filling
from tongban.domains.eforms.types import Draft, Origin
from tongban.domains.identity import selectors as identity_selectors
from tongban.domains.identity import services as identity
from tongban.domains.licences import selectors as licences
from tongban.domains.licences.types import UseKind
from tongban.domains.lifeevents import models, selectors, services
from tongban.domains.lifeevents.states import IllegalBranchMove
from tongban.domains.lifeevents.types import BranchStatus, BundleRun
from tongban.domains.messaging import selectors as messaging
from tongban.domains.registers.models import Birth
from tongban.domains.standards.types import ElementType
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import Actor, ActorKind, Role

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def begin(city: City, firm: str = "xiaoguan", **facts: Any) -> tuple[Draft, Actor]:
    actor = city.actor("zhangsan", firm)
    return services.begin(RESTAURANT, PUDONG, {**BIG_SHOP, **facts}, actor=actor, at=NOW), actor


def fill(draft: Draft, actor: Actor, *, without: tuple[str, ...] = ()) -> Draft:
    """Every open field of the form with a value of its type, and every paper."""
    plan = services.plan_for_draft(draft, at=NOW)
    values: dict[str, object] = {}
    for group in plan.form.groups:
        for field in group.fields:
            if field.key not in draft.answers and field.key not in without:
                values[field.key] = _value(field.element)
    draft = filling.save_answers(draft.id, values, revision=draft.revision, actor=actor, at=NOW)
    for slot in plan.form.materials:
        if slot.key not in without:
            filling.attach(draft.id, slot.key, BytesIO(PDF), "材料.pdf", actor=actor, at=NOW)
    return drafts.get_draft(draft.id, draft.owner_id)


def _value(element: Any) -> object:
    if element.element_type is ElementType.BOOL:
        return True
    if element.element_type is ElementType.DATE:
        return "2026-02-20" if element.validator == "past_date" else "2026-05-01"
    if element.element_type in (ElementType.INT, ElementType.MONEY):
        return str(max(element.minimum or 1, 1))
    if element.options:
        return element.options[0].value
    if element.scheme:
        return "310115007"
    by_validator = {
        "resident_id": "440524188001010014",
        "mobile": "13800000000",
        "phone": "021-12345678",
        "bank_account": "6200000000000000",
    }
    return by_validator.get(element.validator, "示例")


def submit(draft: Draft, actor: Actor, consents: Any = CONSENTS) -> ApplicationReceipt:
    return services.submit(draft.id, consents, actor=actor, at=NOW)


def run_of(receipt: ApplicationReceipt) -> BundleRun:
    run = selectors.find_run(receipt.application_id)
    assert run is not None
    return run


def statuses(receipt: ApplicationReceipt) -> dict[str, BranchStatus]:
    return {branch.basic_code: branch.status for branch in run_of(receipt).branches}


def officer(office: str, *roles: Role) -> Actor:
    return Actor(
        ActorKind.OFFICER,
        None,
        "王敏",
        department=office,
        division=PUDONG,
        departments=frozenset({office}),
        roles=frozenset(roles or Role),
    )


def case_of(item: str) -> Case:
    return Case.objects.get(basic_code=item)


def grant(item: str, **result_fields: str) -> None:
    """The office accepts, finds every point in order and grants."""
    case = case_of(item)
    actor = officer(case.department)
    number = case.number
    guide = cases.get_dossier(number, actor=actor)
    receipt = handling.accept_case(case_number=number, revision=guide.revision, actor=actor, at=NOW)

    version = catalogue.get_guide_by_versions(case.substance_version_id, case.procedure_version_id)
    marks = tuple(TickMark(point.code, True) for point in version.substance.points)
    receipt = handling.tick_points(
        case_number=number, revision=receipt.revision, marks=marks, actor=actor, at=NOW
    )
    receipt = handling.finish_examination(case_number=number, revision=receipt.revision, actor=actor, at=NOW)
    handling.grant(
        case_number=number, revision=receipt.revision, result_fields=result_fields, actor=actor, at=NOW
    )
    drain()


def refuse_acceptance(item: str) -> None:
    case = case_of(item)
    handling.refuse_acceptance(
        case_number=case.number,
        revision=case.revision,
        reason="申请事项依法不属于本机关职权范围",
        where_to_go="示例市市场监督管理局",
        actor=officer(case.department),
        at=NOW,
    )
    drain()


def dossier(item: str) -> Dossier:
    case = case_of(item)
    return cases.get_dossier(case.number, actor=officer(case.department))


def test_the_form_is_half_filled_with_source_and_date(city: City) -> None:
    draft, _actor = begin(city)

    name = draft.answers["ENTERPRISE.entity.name"]
    assert (name.value, name.origin, name.as_of) == ("示例小馆", Origin.PREFILLED, NOW)
    assert "经营主体登记信息" in name.source
    assert draft.answers["LEGAL_REPRESENTATIVE.person.name"].value == "张三"
    assert draft.answers["HANDLER.person.name"].value == "张三"
    assert draft.known["entity.scope_has_catering"].value is True
    assert draft.facts["entity.scope_has_catering"] is True
    assert "HANDLER.person.phone" not in draft.answers


def test_one_submission_opens_a_case_an_item(city: City) -> None:
    draft, actor = begin(city)

    receipt = submit(fill(draft, actor), actor)

    assert sorted(Case.objects.values_list("basic_code", flat=True)) == sorted([FOOD, FIRE, SEWAGE, TOBACCO])
    assert len({case.number for case in receipt.cases}) == 4
    assert statuses(receipt) == dict.fromkeys([FOOD, FIRE, SEWAGE, TOBACCO], BranchStatus.STARTED)
    assert {branch.case_number for branch in run_of(receipt).branches} == {
        case.number for case in receipt.cases
    }
    assert drafts.get_draft(draft.id, draft.owner_id).submitted_at == NOW


def test_submitted_again_it_is_the_same_application(city: City) -> None:
    draft, actor = begin(city)
    fill(draft, actor)

    first = submit(draft, actor)
    again = services.submit(draft.id, CONSENTS, actor=actor, at=NOW + timedelta(days=2))

    assert again.number == first.number
    assert (first.was_repeat, again.was_repeat) == (False, True)
    assert Application.objects.count() == 1
    assert Case.objects.count() == 4
    assert models.Branch.objects.count() == 4


def test_each_department_gets_its_own_answers_and_papers_only(city: City) -> None:
    draft, actor = begin(city)

    submit(fill(draft, actor), actor)

    food, tobacco = dossier(FOOD), dossier(TOBACCO)
    assert "PREMISES.premises.seats" in food.answers
    assert "PREMISES.premises.seats" not in tobacco.answers
    assert "PREMISES.tobacco.school_distance_m" in tobacco.answers
    assert "PREMISES.tobacco.school_distance_m" not in food.answers
    assert food.answers["ENTERPRISE.entity.name"].origin is Origin.PREFILLED
    assert {one.slot for one in tobacco.attachments} == {"MT-CDSY:APPLICANT"}
    assert {one.slot for one in food.attachments} == {"MT-SPBJT:APPLICANT", "MT-SPZD:APPLICANT"}


def test_a_department_gets_the_facts_its_part_rests_on(city: City) -> None:
    draft, actor = begin(city)

    submit(fill(draft, actor), actor)

    assert dossier(FOOD).answers["MATTER.food.cold_dishes"].value is True
    assert dossier(FOOD).situation == "COLD"
    assert dossier(FIRE).answers["MATTER.shop.area_m2"].value == 320
    assert "MATTER.shop.area_m2" not in dossier(TOBACCO).answers


def test_papers_left_for_later_are_promised(city: City) -> None:
    draft, actor = begin(city)

    submit(fill(draft, actor, without=("MT-SPZD:APPLICANT",)), actor)

    assert dossier(FOOD).deferred_materials == ("m4",)
    assert dossier(FIRE).deferred_materials == ()


def test_an_incomplete_form_names_every_field_and_changes_nothing(city: City) -> None:
    draft, actor = begin(city)
    left_out = ("PREMISES.premises.seats", "MT-SPBJT:APPLICANT")
    draft = fill(draft, actor, without=left_out)

    with pytest.raises(services.FormIncomplete) as refused:
        submit(draft, actor)

    assert tuple(problem.key for problem in refused.value.problems) == left_out
    assert Application.objects.count() == 0
    assert drafts.get_draft(draft.id, draft.owner_id) == draft


def test_a_strangers_draft_cannot_be_handed_in(city: City) -> None:
    draft, actor = begin(city)
    fill(draft, actor)

    with pytest.raises(drafts.DraftNotFound):
        submit(draft, city.actor("lisi", "xiaoguan"))

    assert Application.objects.count() == 0


def end_mandate_of_the_agent(city: City) -> None:
    (mandate,) = [
        one
        for one in identity_selectors.mandates_for(city.subjects["xiaoguan"])
        if one.agent.id == city.subjects["lisi"]
    ]
    identity.revoke_mandate(mandate_id=mandate.id, actor=city.actor("zhangsan"), at=NOW)


def test_authority_that_ended_while_filling_no_longer_suffices(city: City) -> None:
    agent = city.actor("lisi", "xiaoguan")
    draft = services.begin(RESTAURANT, PUDONG, BIG_SHOP, actor=agent, at=NOW)
    draft = fill(draft, agent)
    end_mandate_of_the_agent(city)

    with pytest.raises(identity_selectors.NotAuthorised):
        services.submit(draft.id, CONSENTS, actor=agent, at=NOW + timedelta(minutes=1))

    assert Application.objects.count() == 0


def test_a_repeat_after_the_mandate_ended_still_gets_the_first_receipt(city: City) -> None:
    agent = city.actor("lisi", "xiaoguan")
    draft = fill(services.begin(RESTAURANT, PUDONG, BIG_SHOP, actor=agent, at=NOW), agent)
    first = submit(draft, agent)
    end_mandate_of_the_agent(city)

    again = services.submit(draft.id, CONSENTS, actor=agent, at=NOW + timedelta(minutes=1))

    assert (again.number, again.was_repeat) == (first.number, True)


def test_a_person_cannot_open_a_restaurant_in_her_own_name(city: City) -> None:
    actor = city.actor("zhangsan")
    draft = fill(services.begin(RESTAURANT, PUDONG, BIG_SHOP, actor=actor, at=NOW), actor)

    with pytest.raises(services.WrongApplicant):
        submit(draft, actor)


def test_a_promise_is_a_consent_for_its_item(city: City) -> None:
    draft, actor = begin(city)
    promise = replace(CONSENTS[0], code=services.promise_consent(FIRE))

    submit(fill(draft, actor), actor, (*CONSENTS, promise))

    assert dossier(FIRE).uses_promise
    assert dossier(FIRE).situation == "PROMISE"
    assert not dossier(FOOD).uses_promise


def test_an_item_that_needs_a_result_waits_and_starts_by_itself(city: City) -> None:
    draft, actor = begin(city, "kafei")
    receipt = submit(fill(draft, actor), actor)
    assert statuses(receipt)[FOOD] is BranchStatus.PLANNED
    assert not Case.objects.filter(basic_code=FOOD).exists()
    (waiting,) = [one for one in run_of(receipt).branches if one.basic_code == FOOD]
    assert len(waiting.waits_for) == 1
    drain()

    grant(SCOPE)

    assert statuses(receipt)[FOOD] is BranchStatus.STARTED
    assert statuses(receipt)[SCOPE] is BranchStatus.GRANTED
    assert dossier(FOOD).answers["PREMISES.premises.seats"].value == 1
    assert dossier(FOOD).situation == "COLD"
    assert dossier(FOOD).application_number == receipt.number
    titles = [one.template for one in messaging.inbox([city.subjects["kafei"]])]
    assert titles.count("BRANCH_STARTED") == 1
    assert models.Branch.objects.get(basic_code=FOOD).content == ""


def test_what_waits_lies_encrypted(city: City) -> None:
    draft, actor = begin(city, "kafei")
    submit(fill(draft, actor), actor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM lifeevents_branch WHERE basic_code = %s", [FOOD])
        ((stored,),) = cursor.fetchall()
    assert stored
    assert "示例" not in stored


def test_a_refusal_stops_what_needs_the_result_and_nothing_else(city: City) -> None:
    draft, actor = begin(city, "kafei")
    receipt = submit(fill(draft, actor), actor)
    drain()

    refuse_acceptance(SCOPE)

    found = statuses(receipt)
    assert found[SCOPE] is BranchStatus.ENDED
    assert found[FOOD] is BranchStatus.STOPPED
    assert {found[item] for item in (FIRE, SEWAGE, TOBACCO)} == {BranchStatus.STARTED}
    assert case_of(FIRE).status == Status.RECEIVED
    (stopped,) = [
        one for one in messaging.inbox([city.subjects["kafei"]]) if one.template == "BRANCH_STOPPED"
    ]
    assert "没有办成" in stopped.body
    (branch,) = [one for one in run_of(receipt).branches if one.basic_code == FOOD]
    assert "变更" in branch.reason


def test_an_event_that_comes_twice_starts_one_case(city: City) -> None:
    draft, actor = begin(city, "kafei")
    receipt = submit(fill(draft, actor), actor)
    drain()
    grant(SCOPE)
    case = case_of(SCOPE)
    event = CaseGranted(
        case_id=case.id,
        case_number=case.number,
        application_id=receipt.application_id,
        application_number=receipt.number,
        purpose=RESTAURANT,
        basic_code=SCOPE,
        item_code=case.item_code,
        department=case.department,
        applicant_id=case.applicant_id,
        status=case.status,
        at=NOW,
        licences=(),
    )

    services.note_granted(event, NOW)
    drain()

    assert Case.objects.filter(basic_code=FOOD).count() == 1
    assert [one.template for one in messaging.inbox([city.subjects["kafei"]])].count("BRANCH_STARTED") == 1


def test_an_open_question_keeps_its_item_back_until_it_is_settled(city: City) -> None:
    draft, actor = begin(city, **{"shop.area_m2": None})
    receipt = submit(fill(draft, actor), actor)
    assert statuses(receipt)[FIRE] is BranchStatus.UNSETTLED
    assert not Case.objects.filter(basic_code=FIRE).exists()

    with pytest.raises(services.BranchNotFound):
        services.confirm_branch(receipt.number, FIRE, actor=city.actor("lisi"), at=NOW)
    services.confirm_branch(receipt.number, FIRE, actor=actor, at=NOW)

    assert statuses(receipt)[FIRE] is BranchStatus.STARTED
    assert Case.objects.filter(basic_code=FIRE).count() == 1


def test_an_item_that_is_not_wanted_is_dropped_once(city: City) -> None:
    draft, actor = begin(city, **{"shop.area_m2": None})
    receipt = submit(fill(draft, actor), actor)

    services.drop_branch(receipt.number, FIRE, actor=actor, at=NOW)

    assert statuses(receipt)[FIRE] is BranchStatus.DROPPED
    with pytest.raises(IllegalBranchMove, match="CONFIRM is not a move from DROPPED"):
        services.confirm_branch(receipt.number, FIRE, actor=actor, at=NOW)
    assert not Case.objects.filter(basic_code=FIRE).exists()


def test_with_everything_hanging_on_an_open_question_nothing_is_handed_in(newborn_city: City) -> None:
    Birth.objects.all().delete()
    authorise_mother(newborn_city)
    mother = newborn_city.actor("linxiao")
    draft = fill(services.begin(NEWBORN, PUDONG, {}, actor=mother, at=NOW), mother)

    with pytest.raises(services.PlanUnsettled) as refused:
        submit(draft, mother)

    assert "在本市医院出生" in refused.value.sentence
    assert Application.objects.count() == 0


def test_a_newborn_needs_both_parents(newborn_city: City) -> None:
    mother = newborn_city.actor("linxiao")
    facts = {"child.household_with": "MOTHER", "child.wants_id_card": False}
    draft = fill(services.begin(NEWBORN, PUDONG, facts, actor=mother, at=NOW), mother)

    with pytest.raises(services.AuthorisationMissing) as refused:
        submit(draft, mother)
    assert "另一方父母的授权" in refused.value.sentence
    assert Application.objects.count() == 0
    authorise_mother(newborn_city)
    receipt = submit(draft, mother)

    assert len(receipt.cases) == 1
    assert len(run_of(receipt).branches) == 6


def test_the_newborns_form_is_filled_from_four_registers(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    facts = {"child.household_with": "MOTHER", "child.wants_id_card": False}

    draft = services.begin(NEWBORN, PUDONG, facts, actor=newborn_city.actor("linxiao"), at=NOW)

    values = {key: answer.value for key, answer in draft.answers.items()}
    assert values["MOTHER.person.name"] == "林晓"
    assert values["FATHER.person.name"] == "周明"
    assert values["CHILD.child.birth_date"] == date(2026, 2, 20).isoformat()
    assert values["MATTER.household.number"] == "31011500000003"
    assert values["MATTER.child.household_with"] == "MOTHER"
    assert draft.answers["MATTER.child.household_with"].origin is Origin.TYPED


def test_results_feed_later_items_until_the_last(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    mother = newborn_city.actor("linxiao")
    facts = {"child.household_with": "MOTHER", "child.wants_id_card": False}
    draft = fill(services.begin(NEWBORN, PUDONG, facts, actor=mother, at=NOW), mother)
    receipt = submit(draft, mother)
    drain()

    def started() -> set[str]:
        return {code for code, status in statuses(receipt).items() if status is BranchStatus.STARTED}

    assert started() == {BIRTH}
    grant(BIRTH)
    assert started() == {HUKOU, VACCINE, MATERNITY}
    grant(HUKOU)
    assert started() == {INSURANCE, VACCINE, MATERNITY}
    grant(INSURANCE)
    assert CARD in started()
    for item in (CARD, VACCINE):
        grant(item)
    assert finished(newborn_city) == []
    grant(MATERNITY)

    assert set(statuses(receipt).values()) == {BranchStatus.GRANTED}
    assert finished(newborn_city) == [f"申请 {receipt.number} 的事项都办完了：6 件全部办成。"]


def finished(city: City) -> list[str]:
    """What the mother was told of the whole."""
    told = messaging.inbox([city.subjects["linxiao"]])
    return [one.body for one in told if one.template == "PACKAGE_FINISHED"]


def test_the_childs_licences_are_the_childs_and_the_mothers_are_hers(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    mother = newborn_city.actor("linxiao")
    facts = {"child.household_with": "MOTHER", "child.wants_id_card": False}
    draft = fill(services.begin(NEWBORN, PUDONG, facts, actor=mother, at=NOW), mother)
    submit(draft, mother)
    drain()
    held_before = {one.number for one in licences.list_for_holders([newborn_city.subjects["linxiao"]])}

    grant(BIRTH)
    grant(HUKOU, resident_id="310115188602200027")
    for item in (VACCINE, MATERNITY):
        grant(item)

    (child,) = identity_selectors.children_of(newborn_city.subjects["linxiao"], at=NOW)
    assert identity_selectors.children_of(newborn_city.subjects["zhouming"], at=NOW) == {child}
    assert identity_selectors.get_number(child) == "310115188602200027"
    held = licences.list_for_holders([child])
    assert {one.licence_type for one in held} == {"CSYXZM", "HKB", "YFJZZ"}
    assert {one.holder_name for one in held} == {"示例"}
    assert {one.fields["name"] for one in held} == {"示例"}
    new = [
        one
        for one in licences.list_for_holders([newborn_city.subjects["linxiao"]])
        if one.number not in held_before
    ]
    assert [(one.licence_type, one.holder_name, one.fields["name"]) for one in new] == [
        ("SYBX", "林晓", "林晓")
    ]


def test_licences_in_place_of_papers_are_uses_once_it_is_handed_in_and_not_before(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    mother = newborn_city.actor("linxiao")
    facts = {"child.household_with": "MOTHER", "child.wants_id_card": False}
    draft = fill(services.begin(NEWBORN, PUDONG, facts, actor=mother, at=NOW), mother)
    parents = {newborn_city.subjects["linxiao"], newborn_city.subjects["zhouming"]}
    assert licences.list_uses_for(parents) == ()

    submit(draft, mother)
    drain()
    at_once = licences.list_uses_for(parents)
    grant(BIRTH)
    later = [use for use in licences.list_uses_for(parents) if use not in at_once]

    birth, hukou = case_of(BIRTH), case_of(HUKOU)
    assert {use.kind for use in at_once} == {UseKind.APPLIED}
    assert {use.holder_id for use in at_once} == parents
    assert {(use.used_by, use.purpose) for use in at_once if use.case_number == birth.number} == {
        (birth.department_name, birth.item_name)
    }
    assert hukou.number not in {use.case_number for use in at_once}
    assert "结婚证" in {use.licence_name for use in later if use.case_number == hukou.number}


@pytest.fixture
def city_sharing_a_paper(db: None, monkeypatch: pytest.MonkeyPatch) -> City:
    """Sewage wants the very paper that tobacco wants: 经营场所使用证明."""
    rows = {row["basic_code"]: row for row in copy.deepcopy(guides(RESTAURANT))}
    tenancy = next(one for one in rows[TOBACCO]["materials"] if one["material_type"] == "MT-CDSY")
    rows[SEWAGE]["materials"].append({**tenancy, "code": "m9", "basis": ["b1"], "when": None})
    monkeypatch.setattr("domains.lifeevents.city.guides", lambda *_codes: list(rows.values()))
    return build(RESTAURANT)


def test_one_upload_serves_every_item_that_wants_it(city_sharing_a_paper: City) -> None:
    draft, actor = begin(city_sharing_a_paper)
    form = services.plan_for_draft(draft, at=NOW).form
    (slot,) = [one for one in form.materials if one.material_type == "MT-CDSY"]
    assert set(slot.asked_by) == {SEWAGE, TOBACCO}
    draft = fill(draft, actor)

    submit(draft, actor)

    (upload,) = [one for one in draft.attachments if one.slot == slot.key]
    holders = {
        item for item in (FOOD, FIRE, SEWAGE, TOBACCO) if upload.id in case_of(item).content.attachments
    }
    assert holders == {SEWAGE, TOBACCO}
    for item in sorted(holders):
        actor = officer(case_of(item).department)
        assert upload in cases.get_dossier(case_of(item).number, actor=actor).attachments


def test_each_consent_is_kept_with_its_texts_version_hash_and_instant(city: City) -> None:
    agreed = (
        Consent("TRUTH", 2, hashlib.sha256("我提交的材料真实。".encode()).hexdigest(), NOW),
        Consent("SHARING", 1, "b" * 64, NOW + timedelta(seconds=5)),
    )
    draft, actor = begin(city)

    receipt = submit(fill(draft, actor), actor, consents=agreed)

    kept = ConsentRow.objects.filter(application_id=receipt.application_id).order_by("id")
    assert [(one.code, one.version, one.text_sha256, one.agreed_at) for one in kept] == [
        (one.code, one.version, one.text_sha256, one.agreed_at) for one in agreed
    ]


def test_the_statements_of_a_submission_do_not_grow_with_its_cases(city: City) -> None:
    counts = []
    for facts in ({"shop.sells_tobacco": False, "shop.discharges_sewage": False, "shop.area_m2": 20}, {}):
        draft, actor = begin(city, **facts)
        fill(draft, actor)
        submit(*_fresh(city))
        with CaptureQueriesContext(connection) as queries:
            receipt = submit(draft, actor)
        counts.append((len(receipt.cases), len(queries)))

    (few, few_queries), (many, many_queries) = counts
    assert (few, many) == (1, 4)
    assert few_queries == many_queries


def _fresh(city: City) -> tuple[Draft, Actor]:
    """A submission beforehand, so that caches and blocks of serial numbers are warm."""
    draft, actor = begin(city)
    return fill(draft, actor), actor


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_hand_in_one_application(transactional_db: None) -> None:
    city = build(RESTAURANT)
    draft, actor = begin(city)
    fill(draft, actor)

    def hand_in(_tab: int) -> str:
        try:
            return submit(draft, actor).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as tabs:
        numbers = set(tabs.map(hand_in, range(8)))

    assert len(numbers) == 1
    assert Application.objects.count() == 1
    assert Case.objects.count() == 4
    assert models.Branch.objects.count() == 4
