"""Persons and legal entities become known here; what else the registers hold of them stands above."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.identity import models, rules, selectors
from tongban.domains.identity.services.mandates import grant_mandate
from tongban.domains.identity.types import NO_NUMBER_YET, MandateKind, Subject, SubjectKind
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date, start_of_day


class FaultyNumber(TongbanError):
    """A resident number or USCC that its standard refuses; the sentence says why."""

    code: ClassVar[str] = "FAULTY_NUMBER"
    default_sentence: ClassVar[str] = gettext_noop("证件号码有误。请对照证件核对。")


class AlreadyBound(TongbanError):
    """The subject belongs to another account, or the account to another subject, or the name differs."""

    code: ClassVar[str] = "ALREADY_BOUND"
    default_sentence: ClassVar[str] = gettext_noop(
        "实名没有完成：姓名与证件号码不一致，或已在另一个账号上实名。请核对，或到窗口办理。"
    )


def register_person(*, name: str, number: str, actor: Actor, at: datetime) -> Subject:
    """The person with this resident number, made known if she was not; raises `FaultyNumber`."""
    return _register(SubjectKind.PERSON, name, number, actor, at)


def register_entity(*, name: str, number: str, actor: Actor, at: datetime) -> Subject:
    """The legal entity with this USCC, made known if it was not; raises `FaultyNumber`."""
    return _register(SubjectKind.ENTITY, name, number, actor, at)


@transaction.atomic
def register_newborn(
    *, name: str, birth_date: date, mother: UUID, father: UUID | None, actor: Actor, at: datetime
) -> Subject:
    """The newborn of that mother, day and name, made known if she was not; the register gives her a number later.

    Her parents are her guardians (民法典 §27) until she comes of age. Raises `selectors.SubjectNotFound`.
    """
    birth = selectors.newborn_hash(mother=mother, birth_date=birth_date, name=name)
    row, created = models.Subject.objects.filter(birth_hash=birth).first(), False
    if row is None:
        row, created = models.Subject.objects.get_or_create(
            kind=SubjectKind.PERSON,
            number_hash=birth,
            defaults={
                "name": name,
                "masked_number": NO_NUMBER_YET,
                "number_cipher": crypto.encrypt("", selectors.NUMBER_CONTEXT),
                "registered_at": at,
            },
        )
    if created:
        _record(actor, "REGISTER_SUBJECT", at, row)
    for parent in (mother, father):
        if parent is not None:
            _let_guard(row.pk, parent, until=rules.comes_of_age_on(birth_date), actor=actor, at=at)
    return selectors.as_subject(row)


@transaction.atomic
def found_entity(*, name: str, number: str, representative: UUID, actor: Actor, at: datetime) -> Subject:
    """A legal entity or sole trader that its register has just made, and who represents it (民法典 §61, §56).

    Raises `FaultyNumber`, also for a USCC that another has already, and `selectors.SubjectNotFound`.
    """
    if selectors.find_subject(SubjectKind.ENTITY, number) is not None:
        raise FaultyNumber(
            "the number given to a new entity is another's",
            sentence=_("这个统一社会信用代码已经属于另一家单位。请对照登记簿核对。"),
        )
    entity = _register(SubjectKind.ENTITY, name, number, actor, at)
    grant_mandate(
        kind=MandateKind.LEGAL_REPRESENTATIVE,
        principal=entity.id,
        agent=representative,
        basis="营业执照载明的法定代表人（经营者）",
        actor=actor,
        at=at,
    )
    return entity


@transaction.atomic
def give_number(*, subject_id: UUID, number: str, actor: Actor, at: datetime) -> Subject:
    """The number that the household register gave a newborn (户口登记); whoever has one keeps hers.

    Raises `FaultyNumber`, also for a number that is somebody else's, and `selectors.SubjectNotFound`.
    """
    row = models.Subject.objects.select_for_update().filter(pk=subject_id).first()
    if row is None:
        raise selectors.SubjectNotFound(f"subject {subject_id}")
    if row.masked_number != NO_NUMBER_YET:
        return selectors.as_subject(row)
    verdict = rules.judge_number(SubjectKind.PERSON, number, today=shanghai_date(at))
    if not verdict.valid:
        raise FaultyNumber(f"number of a newborn refused: {verdict.code}", sentence=verdict.reason)
    if selectors.find_subject(SubjectKind.PERSON, number) is not None:
        raise FaultyNumber(f"the number given to subject {subject_id} is somebody else's")
    row.masked_number = rules.mask_number(SubjectKind.PERSON, number)
    row.number_cipher = crypto.encrypt(number, selectors.NUMBER_CONTEXT)
    row.birth_hash, row.number_hash = row.number_hash, selectors.number_hash(SubjectKind.PERSON, number)
    row.save(update_fields=["masked_number", "number_cipher", "number_hash", "birth_hash"])
    _record(actor, "GIVE_NUMBER", at, row)
    return selectors.as_subject(row)


def _let_guard(child: UUID, parent: UUID, *, until: date, actor: Actor, at: datetime) -> None:
    is_of_age = until <= shanghai_date(at)
    if is_of_age or child in selectors.children_of(parent, at=at):
        return
    grant_mandate(
        kind=MandateKind.PARENT,
        principal=child,
        agent=parent,
        basis="出生医学证明载明的父母",
        valid_to=start_of_day(until),
        actor=actor,
        at=at,
    )


@transaction.atomic
def rename_subject(*, subject_id: UUID, name: str, actor: Actor, at: datetime) -> Subject:
    """Change the name the register holds; raises `selectors.SubjectNotFound`."""
    row = models.Subject.objects.select_for_update().filter(pk=subject_id).first()
    if row is None:
        raise selectors.SubjectNotFound(f"subject {subject_id}")
    if row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        _record(actor, "RENAME_SUBJECT", at, row)
    return selectors.as_subject(row)


@transaction.atomic
def _register(kind: SubjectKind, name: str, number: str, actor: Actor, at: datetime) -> Subject:
    verdict = rules.judge_number(kind, number, today=shanghai_date(at))
    if not verdict.valid:
        raise FaultyNumber(f"{kind} number refused: {verdict.code}", sentence=verdict.reason)
    row, created = models.Subject.objects.get_or_create(
        kind=kind,
        number_hash=selectors.number_hash(kind, number),
        defaults={
            "name": name,
            "masked_number": rules.mask_number(kind, number),
            "number_cipher": crypto.encrypt(number, selectors.NUMBER_CONTEXT),
            "registered_at": at,
        },
    )
    if created:
        _record(actor, "REGISTER_SUBJECT", at, row)
    return selectors.as_subject(row)


def _record(actor: Actor, action: str, at: datetime, row: models.Subject) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="identity.Subject",
        object_id=str(row.pk),
        subject_id=row.pk,
    )
