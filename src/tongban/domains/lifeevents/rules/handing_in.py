"""What each department gets of the one form: its own questions' answers, its own papers, no more.

个人信息保护法 §6: the smallest extent that the purpose needs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from tongban.domains.cases.types import NewCase, NewWaiver
from tongban.domains.catalogue.types import MaterialVerdict, Necessity, Rule
from tongban.domains.eforms.types import (
    Answer,
    Attachment,
    AttachmentStatus,
    Draft,
    Origin,
    SubjectRole,
    field_key,
)
from tongban.domains.lifeevents.rules.parties import subject_of
from tongban.domains.lifeevents.rules.planning import slot_of
from tongban.domains.lifeevents.types import Plan, PlanItem


def new_case(plan: Plan, item: PlanItem, draft: Draft, facts: Collection[str]) -> NewCase:
    """The case of one item; `facts` are those its part of the plan and its examination rest on."""
    uploads = _uploads_for(plan, item, draft.attachments)
    return NewCase(
        item_code=item.guide.item_code,
        substance_version_id=item.guide.substance.version_id,
        procedure_version_id=item.guide.procedure.version_id,
        situation=item.situation,
        answers=answers_for(plan, item, draft, facts),
        attachments=tuple(upload.id for upload in uploads),
        deferred_materials=_deferred(item, {upload.slot for upload in uploads}),
        uses_promise=item.uses_promise,
        licences=_licences(item),
        waived=tuple(_waiver(verdict, item, draft) for verdict in item.materials if not verdict.must_ask),
    )


def answers_for(plan: Plan, item: PlanItem, draft: Draft, facts: Collection[str]) -> dict[str, Answer]:
    """The answers to what the item asks, with provenance, and the facts it rests on as 本次申请's."""
    code = item.guide.substance.basic_code
    answers = {}
    for group in plan.form.groups:
        for field in group.fields:
            answer = draft.answers.get(field.key)
            if code in field.asked_by and answer is not None:
                answers[field.key] = answer
    for fact in sorted(facts):
        value = draft.facts.get(fact)
        if value is not None:
            answer = draft.known.get(fact) or Answer(value, Origin.TYPED)
            answers.setdefault(field_key(SubjectRole.MATTER, fact), answer)
    return answers


def _uploads_for(plan: Plan, item: PlanItem, attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    code = item.guide.substance.basic_code
    slots = {slot.key for slot in plan.form.materials if code in slot.asked_by}
    return tuple(
        upload
        for upload in attachments
        if upload.slot in slots and upload.status is not AttachmentStatus.REFUSED
    )


def _deferred(item: PlanItem, have: Collection[str]) -> tuple[str, ...]:
    """容缺: non-main materials that were not handed in are promised for later."""
    return tuple(
        verdict.material.code
        for verdict in item.materials
        if verdict.must_ask
        and verdict.material.necessity is Necessity.DEFERRABLE
        and slot_of(verdict) not in have
    )


def _licences(item: PlanItem) -> tuple[str, ...]:
    """The licences of the library that stand in for papers of the item, each once."""
    numbers = [
        verdict.reference
        for verdict in item.materials
        if verdict.rule is Rule.IN_LICENCE_LIBRARY and verdict.reference
    ]
    return tuple(dict.fromkeys(numbers))


def _waiver(verdict: MaterialVerdict, item: PlanItem, draft: Draft) -> NewWaiver:
    """What the applicant need not bring; of what a register supplies, whom to ask about."""
    material = verdict.material
    assert verdict.rule is not None, "what no rule removes is asked for"
    fetched = verdict.standing if verdict.rule is Rule.SHAREABLE else None
    waiver = NewWaiver(
        code=material.code,
        name=material.name,
        slot=slot_of(verdict),
        rule=verdict.rule,
        source=verdict.source,
        reference=verdict.reference,
    )
    if fetched is None:
        return waiver
    return replace(
        waiver,
        resource=fetched.resource,
        subject_id=subject_of(material.licence_holder, fetched.resource, draft.parties, draft.facts),
        fields=fetched.fields,
        # A grant to the body that guides it covers the office: whose case it is shows in the applicant's list of looks.
        asked_as=item.guide.procedure.department.code,
    )


def body_of(draft: Draft) -> Mapping[str, object]:
    """What makes two submissions of a draft the same; hashed against a key used twice."""
    return {
        "purpose": draft.purpose,
        "division": draft.division,
        "subject": str(draft.subject_id),
        "facts": {key: repr(value) for key, value in sorted(draft.facts.items())},
        "answers": {key: repr(answer.value) for key, answer in sorted(draft.answers.items())},
        "attachments": sorted(str(upload.id) for upload in draft.attachments),
        "items": sorted(draft.optional_items),
    }
