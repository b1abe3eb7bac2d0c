"""Statutory papers: words frozen when issued, one PDF for ever, open to whom they concern."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from domains.cases.city import DEPARTMENTS, FIRE_OFFICER, FOOD, FOOD_OFFICE, WANG_MIN, Story, at
from tongban.domains.cases import services
from tongban.domains.cases.models import Paper
from tongban.domains.cases.rules import papers as wording
from tongban.domains.cases.types import PaperKind
from tongban.foundation.signing import pdf as signed_pdf
from tongban.foundation.signing.types import TimeStampFailed
from tongban.kernel.actors import Actor
from tongban.kernel.clock import PauseReason
from tongban.kernel.workdays import DueDate


def heading(kind: PaperKind) -> wording.Heading:
    return wording.Heading(
        kind=kind,
        number="示例字〔2026〕第1号",
        case_number="1" * 43,
        application_number="SQ20260302000001",
        applicant_name="示例小馆",
        department=DEPARTMENTS[FOOD_OFFICE],
        guide=FOOD,
        issued_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    )


def test_every_kind_has_a_title() -> None:
    assert set(wording.TITLES) == set(PaperKind)


def test_a_provisional_day_is_never_printed() -> None:
    firm = DueDate(at(3, 9).date(), provisional=False)
    provisional = DueDate(at(3, 9).date(), provisional=True)

    assert wording.limit_words(firm, 5) == "5个工作日内（即2026年3月9日二十四时前）"
    assert wording.limit_words(provisional, 5) == "5个工作日内"
    extension = wording.extension(
        heading(PaperKind.EXTENSION), days=5, due=provisional, reason="图纸", approved_by="李局长"
    )
    assert "3月9日" not in str(extension["paragraphs"])


def test_a_special_procedure_is_announced_in_writing() -> None:
    content = wording.special_procedure(
        heading(PaperKind.SPECIAL_PROCEDURE), reason=PauseReason.EXPERT_REVIEW, days=8
    )

    assert content["paragraphs"] == [
        "办理你（单位）提交的“食品经营许可（示例）”申请，依法需要专家评审，所需时间为8个工作日。",
        "上述时间不计算在办理期限内（《中华人民共和国行政许可法》第四十五条）；超过上述时间的，超出部分计入办理期限。",
    ]


def text_of(pdf: bytes) -> str:
    """The words without the blanks that typesetting puts between Chinese and digits."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")


def test_a_paper_is_made_once_and_reads_the_same_for_ever(story: Story, zhang_san: Actor) -> None:
    paper = story.accept().papers[0]

    first = services.open_paper(paper_id=paper.id, actor=zhang_san, at=at(3, 4))
    Paper.objects.filter(id=paper.id).update(content={})
    second = services.open_paper(paper_id=paper.id, actor=WANG_MIN, at=at(3, 5))

    assert first == second
    assert b"pdfaid" in first
    text = text_of(first)
    for words in ("受理通知书", paper.number, "示例小馆", "示例区市场监督管理局", "2026年3月3日"):
        assert words in text


def test_a_paper_is_signed_by_its_office_and_a_receipt_by_the_platform(
    story: Story, zhang_san: Actor
) -> None:
    paper = story.accept().papers[0]
    receipt = Paper.objects.get(kind=PaperKind.RECEIPT)

    signed = [
        signed_pdf.verify(services.open_paper(paper_id=one, actor=zhang_san, at=at(3, 4)), at=at(3, 5))
        for one in (paper.id, receipt.id)
    ]

    assert [(one.owner, one.is_stamped) for one in signed] == [(FOOD_OFFICE, True), ("PLATFORM", True)]


def test_a_paper_that_cannot_be_stamped_is_not_kept(story: Story, zhang_san: Actor, settings: Any) -> None:
    paper = story.accept().papers[0]
    settings.TSA_URL = "http://127.0.0.1:9/"

    with pytest.raises(TimeStampFailed):
        services.open_paper(paper_id=paper.id, actor=zhang_san, at=at(3, 4))

    assert Paper.objects.get(id=paper.id).storage_key == ""


def test_the_receipt_is_open_to_applicant_and_departments(
    story: Story, zhang_san: Actor, stranger: Actor
) -> None:
    receipt = Paper.objects.get(kind=PaperKind.RECEIPT)

    for reader in (zhang_san, WANG_MIN, FIRE_OFFICER):
        assert "收件凭证" in text_of(services.open_paper(paper_id=receipt.id, actor=reader, at=at(3, 4)))

    with pytest.raises(services.CaseNotFound):
        services.open_paper(paper_id=receipt.id, actor=stranger, at=at(3, 4))


def test_a_paper_of_another_department_is_not_found(story: Story) -> None:
    paper = story.accept().papers[0]

    with pytest.raises(services.CaseNotFound):
        services.open_paper(paper_id=paper.id, actor=FIRE_OFFICER, at=at(3, 4))
    with pytest.raises(services.CaseNotFound):
        services.open_paper(paper_id=uuid4(), actor=WANG_MIN, at=at(3, 4))

    assert Paper.objects.get(id=paper.id).storage_key == ""


def test_numbers_run_by_department_kind_and_year(story: Story) -> None:
    accepted = story.accept().papers[0]

    assert accepted.number.startswith("示例区市受字〔2026〕第")
    assert accepted.number.endswith("号")
