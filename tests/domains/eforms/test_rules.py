"""Merging, validating and keeping answers; no database."""

import json
from datetime import datetime
from uuid import uuid4

import pytest

from domains.eforms.elements import (
    BORN,
    ELEMENTS,
    FEE,
    NAME,
    NUMBER,
    PHONE,
    SEATS,
    TENURE,
    TODAY,
    TRAP,
    element,
)
from tongban.domains.eforms import rules
from tongban.domains.eforms.types import (
    Answer,
    Attachment,
    AttachmentStatus,
    FieldRequest,
    FormSpec,
    MaterialRequest,
    Origin,
    SubjectRole,
)
from tongban.domains.standards.types import DataElement
from tongban.kernel.instants import SHANGHAI

AS_OF = datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI)
FROM_REGISTER = Answer("张三", Origin.PREFILLED, "示例市公安局·人口库", AS_OF, "张三")


def want(one: DataElement, role: SubjectRole, item: str, *, required: bool = True) -> FieldRequest:
    return FieldRequest(one, role, required, item)


def paper(
    item: str, *, holder: str = "APPLICANT", required: bool = True, later: bool = False
) -> MaterialRequest:
    return MaterialRequest("MT-CDSY", holder, "经营场所使用证明", required, later, "示例", item)


def form(*requests: FieldRequest | MaterialRequest) -> FormSpec:
    return rules.build_form("示例", requests)


def upload(slot: str, status: AttachmentStatus) -> Attachment:
    return Attachment(uuid4(), slot, "a.pdf", "application/pdf", 3, "0" * 64, status, False, AS_OF)


def test_the_same_element_of_two_roles_is_two_fields() -> None:
    spec = form(
        want(NAME, SubjectRole.HANDLER, "A"),
        want(NAME, SubjectRole.LEGAL_REPRESENTATIVE, "A"),
        want(NAME, SubjectRole.HANDLER, "B"),
    )

    assert [group.role for group in spec.groups] == [SubjectRole.LEGAL_REPRESENTATIVE, SubjectRole.HANDLER]
    handler = spec.field("HANDLER.person.name")
    assert handler is not None
    assert handler.asked_by == ("A", "B")


def test_a_field_is_required_as_soon_as_one_item_requires_it() -> None:
    spec = form(
        want(SEATS, SubjectRole.PREMISES, "A", required=False), want(SEATS, SubjectRole.PREMISES, "B")
    )

    field = spec.field("PREMISES.premises.seats")
    assert field is not None
    assert field.is_required


def test_one_upload_serves_every_item_that_wants_it() -> None:
    spec = form(paper("A", later=True), paper("B"), paper("C", holder="ENTERPRISE"))

    assert [(slot.key, slot.asked_by) for slot in spec.materials] == [
        ("MT-CDSY:APPLICANT", ("A", "B")),
        ("MT-CDSY:ENTERPRISE", ("C",)),
    ]
    assert not spec.materials[0].may_follow_later


@pytest.mark.parametrize(
    ("one", "value", "sentence"),
    [
        (NAME, None, "请填写“姓名”。"),
        (TRAP, None, "请选择“已安装隔油设施”。"),
        (TENURE, "LEND", "店面是租的还是自有的：请从所列选项中选择一项。"),
        (PHONE, "1380000", "手机号码：手机号码应为11位数字，以1开头。请检查是否漏填或多填。"),
        (BORN, "2026-03-03", "宝宝出生日期：日期不能晚于今天（2026-03-02）。请检查年、月、日。"),
        (SEATS, "三十", "餐位数：请填写整数，例如 30，不带小数和文字。"),
    ],
)
def test_what_will_not_do_is_said_in_a_sentence(one: DataElement, value: object, sentence: str) -> None:
    spec = form(want(one, SubjectRole.MATTER, "A"))
    key = f"MATTER.{one.code}"

    problems = rules.validate(spec, {key: Answer(value, Origin.TYPED)}, today=TODAY)

    assert [(problem.key, problem.sentence) for problem in problems] == [(key, sentence)]


def test_an_optional_field_may_stay_empty_and_may_not_be_wrong() -> None:
    spec = form(want(PHONE, SubjectRole.HANDLER, "A", required=False))

    empty = rules.validate(spec, {}, today=TODAY)
    wrong = rules.validate(spec, {"HANDLER.person.phone": Answer("12", Origin.TYPED)}, today=TODAY)

    assert empty == ()
    assert len(wrong) == 1


def test_a_resident_number_with_a_wrong_check_digit_is_refused() -> None:
    spec = form(want(NUMBER, SubjectRole.APPLICANT, "A"))

    wrong = rules.validate(
        spec, {"APPLICANT.person.resident_id": Answer("440524188001010015", Origin.TYPED)}, today=TODAY
    )
    right = rules.validate(
        spec, {"APPLICANT.person.resident_id": Answer("440524188001010014", Origin.TYPED)}, today=TODAY
    )

    assert len(wrong) == 1
    assert right == ()


def test_a_paper_is_missing_until_an_upload_that_was_not_refused_is_there() -> None:
    spec = form(paper("A"))

    def missing(*uploads: Attachment) -> int:
        return len(rules.missing_materials(spec, uploads))

    assert missing() == 1
    assert missing(upload("MT-CDSY:APPLICANT", AttachmentStatus.REFUSED)) == 1
    assert missing(upload("MT-CDSY:APPLICANT", AttachmentStatus.HELD)) == 0
    assert missing(upload("MT-CDSY:APPLICANT", AttachmentStatus.CLEAN)) == 0


def test_a_paper_that_may_follow_later_is_not_missing() -> None:
    assert rules.missing_materials(form(paper("A", later=True)), ()) == ()


def test_a_changed_prefilled_value_remembers_what_the_register_said() -> None:
    saved = {"APPLICANT.person.name": FROM_REGISTER}

    changed = rules.merge_values(saved, {"APPLICANT.person.name": "张叁"}, ELEMENTS, today=TODAY)
    back = rules.merge_values(changed, {"APPLICANT.person.name": "张三"}, ELEMENTS, today=TODAY)
    emptied = rules.merge_values(changed, {"APPLICANT.person.name": ""}, ELEMENTS, today=TODAY)

    assert changed["APPLICANT.person.name"] == Answer(
        "张叁", Origin.CORRECTED, FROM_REGISTER.source, AS_OF, "张三"
    )
    assert back == saved
    assert emptied["APPLICANT.person.name"] == Answer(
        None, Origin.CORRECTED, FROM_REGISTER.source, AS_OF, "张三"
    )


def test_values_are_kept_in_their_standard_form_or_as_typed() -> None:
    typed = {
        "PREMISES.premises.seats": "30个",
        "MATTER.maternity.expense_fen": "1,234.50",
        "HANDLER.person.phone": "138",
        "HANDLER.person.name": "  李四 ",
        "NOBODY.person.name": "甲",
        "HANDLER.person.hobby": "棋",
    }

    merged = rules.merge_values({}, typed, ELEMENTS, today=TODAY)

    assert {key: answer.value for key, answer in merged.items()} == {
        "PREMISES.premises.seats": 30,
        "MATTER.maternity.expense_fen": 123450,
        "HANDLER.person.phone": "138",
        "HANDLER.person.name": "李四",
    }


def test_money_kept_in_fen_is_not_read_as_yuan_again() -> None:
    spec = form(want(FEE, SubjectRole.MATTER, "A"))

    assert (
        rules.validate(spec, {"MATTER.maternity.expense_fen": Answer(123450, Origin.TYPED)}, today=TODAY)
        == ()
    )


def test_emptying_a_typed_field_forgets_it() -> None:
    saved = {"HANDLER.person.name": Answer("李四", Origin.TYPED)}

    assert rules.merge_values(saved, {"HANDLER.person.name": " "}, ELEMENTS, today=TODAY) == {}


def test_a_sheet_reads_back_as_it_was_written() -> None:
    answers = {
        "APPLICANT.person.name": FROM_REGISTER,
        "MATTER.tags": Answer(("a", "b"), Origin.TYPED),
        "PREMISES.premises.seats": Answer(30, Origin.CORRECTED, "库", AS_OF, 20),
        "MATTER.sewage.has_grease_trap": Answer(False, Origin.TYPED),
    }

    assert rules.read_answers(json.loads(json.dumps(rules.write_answers(answers)))) == answers


def test_a_value_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        rules.write_answers({"A.x": Answer(1.5, Origin.TYPED)})


def test_every_role_has_a_heading() -> None:
    titles = [rules.role_title(role) for role in SubjectRole]

    assert len(set(titles)) == len(SubjectRole)


def test_a_group_holds_every_role_in_the_readers_order() -> None:
    spec = form(*[want(element(f"x.{role.lower()}"), role, "A") for role in SubjectRole])

    assert len(spec.groups) == len(SubjectRole)
    assert spec.groups[0].role is SubjectRole.APPLICANT
    assert spec.groups[-1].role is SubjectRole.HANDLER
