"""A supplement answered in place: reopened fields typed anew, new files uploaded, all of it at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, TypeAlias, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from tongban.domains.cases import services as cases
from tongban.domains.cases.types import CheckTask, SupplementItem, Timeline, TimelineCase
from tongban.domains.eforms import rules as forms
from tongban.domains.eforms import services as eforms
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import DataElement, ElementType
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal.facts import YES_AND_NO
from tongban.sites.shared.fields import FieldView, Problem, field_id, from_element

PURPOSE = "SUPPLEMENT"
DEFERRED_FILE = "file"
Files: TypeAlias = "MultiValueDict[str, UploadedFile[Any]]"  # Any: as in `opened`
Typed = Mapping[tuple[str, str], object]


class FaultyAnswer(Exception):
    """Something typed will not do; `problems` lead to the fields. Nothing was sent."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} faulty answers")
        self.problems = problems


def reopened_fields(timeline: Timeline, given: Typed) -> dict[tuple[str, str], FieldView]:
    """A control for every field that was reopened, by case number and target."""
    fields = {}
    for case in timeline.cases:
        for item in case.supplement:
            element = _element(item)
            if element is None:
                continue
            fields[case.number, item.target] = from_element(
                element,
                name=_name(case, item),
                label=item.label,
                value=given.get((case.number, item.target)),
            )
    return fields


def typed(case: TimelineCase, posted: QueryDict) -> dict[tuple[str, str], object]:
    """What was typed, to be shown again."""
    return {
        (case.number, item.target): posted.get(_name(case, item), "").strip()
        for item in case.supplement
        if _element(item) is not None
    }


def answer(case: TimelineCase, posted: QueryDict, files: Files, *, actor: Actor, at: datetime) -> None:
    """Hand in the answer; raises `FaultyAnswer`, ``UploadRefused`` and what ``cases`` refuses. Nothing is kept then."""
    answers = _read(case, posted, at)
    uploads = [
        (item.target, file)
        for item in case.supplement
        for file in files.getlist(item.target)
        if _element(item) is None
    ]
    with _carried(uploads, case.item_name, actor, at) as attachments:
        cases.answer_supplement(
            case_number=case.number,
            revision=_revision(case, posted),
            answers=answers,
            attachments=attachments,
            actor=actor,
            at=at,
        )


def hand_in_deferred(task: CheckTask, files: Files, *, actor: Actor, at: datetime) -> None:
    """Hand in a material that was to follow; raises `FaultyAnswer`, ``UploadRefused`` and what ``cases`` refuses."""
    uploads = [(task.slot, file) for file in files.getlist(DEFERRED_FILE)]
    if not uploads:
        raise FaultyAnswer([{"text": _("请先选择一个文件。"), "href": f"#deferred-{task.id}"}])
    with _carried(uploads, task.item_name, actor, at) as attachments:
        cases.hand_in_deferred(check_id=task.id, attachments=attachments, actor=actor, at=at)


@contextmanager
def _carried(
    uploads: Sequence[tuple[str, "UploadedFile[Any]"]], title: str, actor: Actor, at: datetime
) -> Iterator[list[UUID]]:
    """The uploads by slot as attachments: they belong to a draft that carries nothing else, closed when they were
    sent and discarded when anything refused them."""
    if not uploads:
        yield []
        return
    draft = eforms.create_draft(purpose=PURPOSE, title=title, division="", facts={}, actor=actor, at=at)
    try:
        yield [
            eforms.attach(draft.id, slot, opened(file), file.name or "", actor=actor, at=at).id
            for slot, file in uploads
        ]
    except BaseException:
        eforms.discard_draft(draft.id, actor=actor, at=at)
        raise
    eforms.close_draft(draft.id, actor=actor, at=at)


def opened(file: "UploadedFile[Any]") -> BinaryIO:  # Any: Django's file over whatever the handler made
    """The upload as a stream of bytes."""
    return cast(BinaryIO, file)  # UploadedFile has every method of one and no type that says so


def _read(case: TimelineCase, posted: QueryDict, at: datetime) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for item in case.supplement:
        element = _element(item)
        if element is None:
            continue
        name = _name(case, item)
        raw: object = posted.get(name, "").strip()
        if element.element_type is ElementType.BOOL:
            raw = YES_AND_NO.get(str(raw))
        value, problem = standard_rules.check_value(element, raw, today=shanghai_date(at))
        if problem or value is None:
            words = problem or _("请重新填写。")
            problems.append({"text": f"{item.label}：{words}", "href": f"#{field_id(name)}"})
        else:
            answers[item.target] = Answer(value, Origin.TYPED)
    if problems:
        raise FaultyAnswer(problems)
    return answers


def _element(item: SupplementItem) -> DataElement | None:
    return forms.element_of(item.target, standards.elements())


def _name(case: TimelineCase, item: SupplementItem) -> str:
    return f"{case.number}.{item.target}"


def _revision(case: TimelineCase, posted: QueryDict) -> int:
    shown = posted.get("revision", "")
    return int(shown) if shown.isdecimal() else case.revision
