"""Examination points, what stands in the way of acceptance, and what a decision must rest on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.types import TickMark
from tongban.domains.catalogue.types import (
    ExaminationPoint,
    FormElement,
    LegalBasis,
    Material,
    Necessity,
    Stage,
    Substance,
)
from tongban.domains.eforms.types import Answer, Attachment, AttachmentStatus
from tongban.kernel.conditions import (
    Condition,
    ConditionError,
    Facts,
    FieldDictionary,
    compile_tree,
    load_facts,
)
from tongban.kernel.errors import TongbanError


class UnknownPoint(TongbanError):
    code: ClassVar[str] = "UNKNOWN_POINT"
    default_sentence: ClassVar[str] = gettext_noop("审查要点不在本事项的业务手册中，请刷新页面后重试。")


class NoteMissing(TongbanError):
    """A failed point is told to the applicant: it needs words."""

    code: ClassVar[str] = "NOTE_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("认定审查要点不符合时，请写明不符合之处。")


class PointsOpen(TongbanError):
    """Examination ends when every point has been looked at (行政许可法 §34)."""

    code: ClassVar[str] = "POINTS_OPEN"


class PointsFailed(TongbanError):
    """A licence is not granted over a failed point, but by a second person who says why."""

    code: ClassVar[str] = "POINTS_FAILED"


class SecondPersonNeeded(TongbanError):
    code: ClassVar[str] = "SECOND_PERSON_NEEDED"
    default_sentence: ClassVar[str] = gettext_noop("推翻审查结论须由审查人以外的第二人作出，并写明理由。")


class RefusalWithoutPoint(TongbanError):
    """Discretion is bounded: a refusal names the condition that is not met."""

    code: ClassVar[str] = "REFUSAL_WITHOUT_POINT"
    default_sentence: ClassVar[str] = gettext_noop(
        "没有不符合的审查要点，不能作出不予许可决定。请先在审查要点中记录不符合的事项。"
    )


class RefusalWithoutBasis(TongbanError):
    """行政许可法 §38: a refusal gives its reasons; a condition without a legal basis is none."""

    code: ClassVar[str] = "REFUSAL_WITHOUT_BASIS"
    default_sentence: ClassVar[str] = gettext_noop("不予许可须写明理由，并选择本事项的法律依据。")


def points_of(substance: Substance, stage: Stage) -> tuple[ExaminationPoint, ...]:
    return tuple(point for point in substance.points if point.stage is stage)


def require_known_points(substance: Substance, marks: Sequence[TickMark]) -> None:
    """Raises :class:`UnknownPoint` or, for a failure without words, :class:`NoteMissing`."""
    known = {point.code for point in substance.points}
    for mark in marks:
        if mark.point not in known:
            raise UnknownPoint(f"point {mark.point} is not in {substance.basic_code} v{substance.version}")
        if mark.passed is False and not mark.note.strip():
            raise NoteMissing(f"point {mark.point} failed without a note")


def require_all_examined(substance: Substance, ticks: Mapping[str, bool | None]) -> None:
    """Raises :class:`PointsOpen` naming the points nobody has looked at."""
    missing = [point for point in points_of(substance, Stage.EXAMINATION) if ticks.get(point.code) is None]
    if missing:
        named = "；".join(point.text for point in missing)
        raise PointsOpen(
            f"points without a verdict: {[point.code for point in missing]}",
            sentence=_("还有%(count)d个审查要点没有结论：%(points)s。请逐项审查后再提交。")
            % {"count": len(missing), "points": named},
        )


def require_grantable(failed: Collection[str], *, override_reason: str, is_second_person: bool) -> bool:
    """Whether granting overrides a finding, an officer's or the machine's.

    Raises :class:`PointsFailed` or :class:`SecondPersonNeeded`.
    """
    if not failed:
        return False
    if not override_reason.strip():
        raise PointsFailed(
            f"points failed: {sorted(failed)}",
            sentence=_("有%(count)d个审查要点不符合，不能准予。如需推翻审查结论，须由第二人写明理由。")
            % {"count": len(failed)},
        )
    if not is_second_person:
        raise SecondPersonNeeded(f"the officer who judged {sorted(failed)} cannot override it")
    return True


def require_grounds(
    substance: Substance,
    ticks: Mapping[str, bool | None],
    *,
    failed_points: Sequence[str],
    reason: str,
    legal_basis: Sequence[str],
) -> tuple[tuple[ExaminationPoint, ...], tuple[LegalBasis, ...]]:
    """The points and the bases a refusal rests on; raises when either is missing (行政许可法 §38)."""
    points = tuple(point for point in substance.points if point.code in failed_points)
    if not failed_points or len(points) != len(set(failed_points)):
        raise RefusalWithoutPoint(f"failed points given: {list(failed_points)}")
    not_failed = [point.code for point in points if ticks.get(point.code) is not False]
    if not_failed:
        raise RefusalWithoutPoint(f"points not ticked as failed: {not_failed}")
    bases = tuple(basis for basis in substance.legal_basis if basis.id in legal_basis)
    if not reason.strip() or not legal_basis or len(bases) != len(set(legal_basis)):
        raise RefusalWithoutBasis(f"reason given: {bool(reason.strip())}, basis given: {list(legal_basis)}")
    return points, bases


def answer_fields(form: Sequence[FormElement], fields: FieldDictionary) -> FieldDictionary:
    """The dictionary of the conditions over answers: the fields of elements, by the `ROLE.element` the form asks for.

    A register without a record says "none"; a form without an answer says nothing, so no field is of a closed world.
    """
    asked = {f"{one.role}.{one.element}": fields.get(one.element) for one in form}
    return {
        key: replace(field, name=key, closed_world=False) for key, field in asked.items() if field is not None
    }


def machine_check(
    point: ExaminationPoint, answers: Mapping[str, Answer], fields: FieldDictionary
) -> tuple[Condition, Facts] | None:
    """The point's condition and the answers it is about; None when a person must look.

    `fields` are those of :func:`answer_fields`.
    """
    if point.check is None:
        return None
    known = {key: answer.value for key, answer in answers.items() if key in fields}
    try:
        return compile_tree(point.check, fields), load_facts(known, fields)
    except ConditionError:
        # An answer that does not fit its element is for a person to judge, not a reason to pass.
        return None


def machine_verdict(
    point: ExaminationPoint, answers: Mapping[str, Answer], fields: FieldDictionary
) -> bool | None:
    """What the point's condition says of the answers; None when a person must look or a fact is missing."""
    check = machine_check(point, answers, fields)
    if check is None:
        return None
    condition, facts = check
    return condition.decide(facts).verdict


def failed_findings(
    substance: Substance,
    answers: Mapping[str, Answer],
    ticks: Mapping[str, bool | None],
    fields: FieldDictionary,
) -> frozenset[str]:
    """Where an officer says no, or the machine does and an officer says otherwise or nothing."""
    asked = answer_fields(substance.form, fields)
    return frozenset(
        point.code
        for point in substance.points
        if ticks.get(point.code) is False or machine_verdict(point, answers, asked) is False
    )


def acceptance_obstacles(
    substance: Substance,
    *,
    answers: Mapping[str, Answer],
    attachments: Sequence[Attachment],
    ticks: Mapping[str, bool | None],
    fields: FieldDictionary,
    deferred: Sequence[str],
) -> tuple[str, ...]:
    """Why a case cannot be accepted without an officer looking closer; empty when every check passes."""
    reasons: list[str] = []
    asked = answer_fields(substance.form, fields)
    unclean = [one.filename for one in attachments if one.status is not AttachmentStatus.CLEAN]
    reasons.extend(_("附件“%(filename)s”尚未通过安全检查") % {"filename": filename} for filename in unclean)
    main = [code for code in deferred if deferrable(substance, code) is None]
    reasons.extend(_("材料%(code)s不可容缺") % {"code": code} for code in main)
    for point in points_of(substance, Stage.ACCEPTANCE):
        reason = _obstacle_at(point, answers, ticks, asked)
        if reason:
            reasons.append(reason)
    return tuple(reasons)


def deferrable(substance: Substance, code: str) -> Material | None:
    """The material when the guide lets it follow later (容缺), None when it must be there."""
    for material in substance.materials:
        if material.code == code and material.necessity is Necessity.DEFERRABLE:
            return material
    return None


def _obstacle_at(
    point: ExaminationPoint,
    answers: Mapping[str, Answer],
    ticks: Mapping[str, bool | None],
    fields: FieldDictionary,
) -> str:
    ticked = ticks.get(point.code)
    if ticked is True:
        return ""
    if ticked is False:
        return _("受理要点不符合：%(point)s") % {"point": point.text}
    verdict = machine_verdict(point, answers, fields)
    if verdict is True:
        return ""
    if verdict is False:
        return _("系统核对不符合：%(point)s") % {"point": point.text}
    return _("需要人工核对：%(point)s") % {"point": point.text}
