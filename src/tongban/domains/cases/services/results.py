"""What a grant issues, renews, changes and cancels, in the deciding transaction (审批结果)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case
from tongban.domains.cases.rules.answers import read_sheet
from tongban.domains.cases.rules.results import changes_from_answers, fields_from_answers
from tongban.domains.catalogue.types import Guide, ItemResult, ResultEffect
from tongban.domains.eforms.rules import Founded, Numbered, subject_in
from tongban.domains.eforms.types import Answer, SubjectRole
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.identity.types import Subject, SubjectKind
from tongban.domains.licences import selectors as library
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Ground, IssueRequest, Licence, LicenceType
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

_REGISTER_OF_KIND = {
    SubjectKind.PERSON: identifying.register_person,
    SubjectKind.ENTITY: identifying.register_entity,
}


class HolderUnknown(TongbanError):
    """The form does not say who stands in the role whose licence the result is."""

    code: ClassVar[str] = "HOLDER_UNKNOWN"
    default_sentence: ClassVar[str] = gettext_noop(
        "申请表没有写清证照发给谁，不能签发。请先更正持证人的姓名（名称）和证件号码。"
    )


@dataclass(frozen=True, slots=True)
class _Granting:
    """One result of a case that is being granted."""

    case: Case
    guide: Guide
    result: ItemResult
    kind: LicenceType
    holder: Subject
    fields: Mapping[str, str]
    changes: Mapping[str, str]
    actor: Actor
    at: datetime

    @property
    def ground(self) -> Ground:
        bases = [one for one in self.guide.substance.legal_basis if not one.is_repealed]
        return Ground(
            bases[0].law if bases else "中华人民共和国行政许可法",
            bases[0].article if bases else "第三十八条",
            f"{self.guide.title}（办件 {self.case.number}）",
            case_number=self.case.number,
        )

    @property
    def request(self) -> IssueRequest:
        return IssueRequest(
            licence_type=self.kind.code,
            holder_id=self.holder.id,
            holder_name=self.holder.name,
            issuer=self.case.department,
            case_number=self.case.number,
            issued_on=shanghai_date(self.at),
            valid_years=self.result.valid_years,
            fields=self.fields,
        )


def issue_results(
    case: Case, guide: Guide, result_fields: Mapping[str, str], *, actor: Actor, at: datetime
) -> dict[str, str]:
    """Number by name of each licence or document issued; a result without a type is the decision itself.

    A licence that the item cancels is no result to hand over and is not among them. Raises :class:`HolderUnknown`,
    ``licences.services.FaultyIssue``, ``licences.states.IllegalTransition``.
    """
    issued: dict[str, str] = {}
    answers, elements = read_sheet(case.content.answers), standards.elements()
    for result in guide.substance.results:
        if result.licence_type is None:
            continue
        kind = library.get_type(result.licence_type, shanghai_date(at))
        told = {field: value for field, value in result_fields.items() if field in kind.fields}
        found = fields_from_answers(kind.fields, answers, elements, holder_role=result.holder_role)
        granting = _Granting(
            case=case,
            guide=guide,
            result=result,
            kind=kind,
            holder=_holder_of(case, result, answers, told, actor=actor, at=at),
            fields=found | told,
            changes=changes_from_answers(kind.contents, answers, elements) | told,
            actor=actor,
            at=at,
        )
        licence = _DOING[result.effect](granting)
        if licence is not None:
            issued[result.name] = licence.number
    return issued


def _issue(one: _Granting) -> Licence:
    return licences.issue(one.request, actor=one.actor, at=one.at, ground=one.ground)


def _renew(one: _Granting) -> Licence:
    """A new one in the place of hers; where the library has none, a first one."""
    former = library.find_former(one.holder.id, one.kind, one.fields)
    if former is None:
        return _issue(one)
    return licences.renew(former.number, one.request, ground=one.ground, actor=one.actor, at=one.at)


def _change(one: _Granting) -> Licence:
    """Hers with what is new, for the rest of its term; where the library has none, one that says what the form says."""
    former = library.find_former(one.holder.id, one.kind, one.fields)
    if former is None:
        return _issue(replace(one, fields={**one.fields, **one.changes}))
    request = replace(
        one.request,
        valid_years=None,
        valid_to=former.valid_to,
        fields={**former.fields, **one.changes},
    )
    return licences.change(former.number, request, ground=one.ground, actor=one.actor, at=one.at)


def _cancel(one: _Granting) -> None:
    former = library.find_former(one.holder.id, one.kind, one.fields)
    if former is not None:
        licences.cancel(former.number, ground=one.ground, actor=one.actor, at=one.at)


_DOING = {
    ResultEffect.ISSUE: _issue,
    ResultEffect.RENEW: _renew,
    ResultEffect.CHANGE: _change,
    ResultEffect.CANCEL: _cancel,
}


def _holder_of(
    case: Case,
    result: ItemResult,
    answers: Mapping[str, Answer],
    told: Mapping[str, str],
    *,
    actor: Actor,
    at: datetime,
) -> Subject:
    """The applicant, or whoever stands in the result's role in the form; raises :class:`HolderUnknown`."""
    if result.holder_role == SubjectRole.APPLICANT:
        return identity.get_subject(case.applicant_id)
    holder = subject_in(result.holder_role, answers)
    if holder is None:
        raise HolderUnknown(f"the form of {case.number} does not say who is its {result.holder_role}")
    if isinstance(holder, Numbered):
        return _register(holder, actor=actor, at=at)
    if isinstance(holder, Founded):
        return _found(case, holder, told, actor=actor, at=at)
    mother = _register(holder.mother, actor=actor, at=at)
    father = None if holder.father is None else _register(holder.father, actor=actor, at=at)
    return identifying.register_newborn(
        name=holder.name,
        birth_date=holder.birth_date,
        mother=mother.id,
        father=None if father is None else father.id,
        actor=actor,
        at=at,
    )


def _found(case: Case, holder: Founded, told: Mapping[str, str], *, actor: Actor, at: datetime) -> Subject:
    """The new entity under the name and number that the registering officer writes on its licence."""
    number = told.get("uscc", "")
    if not number:
        raise HolderUnknown(
            f"no number for the entity that {case.number} founds",
            sentence=_("请填写登记机关给这家新单位的统一社会信用代码，营业执照才能发给它。"),
        )
    representative = case.applicant_id
    if holder.representative is not None:
        representative = _register(holder.representative, actor=actor, at=at).id
    return identifying.found_entity(
        name=told.get("name") or holder.name, number=number, representative=representative, actor=actor, at=at
    )


def _register(holder: Numbered, *, actor: Actor, at: datetime) -> Subject:
    register = _REGISTER_OF_KIND[holder.kind]
    return register(name=holder.name, number=holder.number, actor=actor, at=at)
