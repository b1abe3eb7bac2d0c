"""行政协助 and 免交材料 at the console: the dossier, the acts, the list of both sides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from domains.cases.city import FIRE_OFFICE, FOOD, GUIDES, Story
from sites.console.conftest import Desk
from tongban.domains.cases import selectors
from tongban.domains.cases.models import AssistanceRequest, Case, WaivedMaterial
from tongban.domains.cases.types import AssistanceOutcome, WaivedState
from tongban.domains.catalogue.types import LegalBasis, Rule
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ROLES = (Role.ACCEPTOR, Role.EXAMINER)


@pytest.fixture
def desk(seat: Callable[..., Desk]) -> Callable[..., Desk]:
    return lambda *roles, **office: seat("王敏", *roles, **office)


@pytest.fixture
def waived(story: Story) -> WaivedMaterial:
    return WaivedMaterial.objects.create(
        case=Case.objects.get(number=story.number),
        code="m9",
        name="消防验收信息",
        slot="MT-m9:APPLICANT",
        rule=Rule.SHAREABLE,
        source="示例区消防救援局·消防验收信息",
        subject_id=UUID(int=3),
        state=WaivedState.WAITING,
        wait_until=date(2026, 3, 5),
    )


def ask(client: Client, story: Story, **changes: Any) -> Any:
    typed = {
        "revision": "1",
        "material": "m9",
        "to_department": FIRE_OFFICE,
        "what": "请核实消防验收情况",
        "days": "3",
    }
    return client.post(f"/console/cases/{story.number}/acts/assist/", {**typed, **changes})


def asked() -> AssistanceRequest:
    return AssistanceRequest.objects.get()


def test_the_dossier_says_what_is_missing_and_that_it_may_not_be_asked_for(
    story: Story, waived: WaivedMaterial, desk: Any
) -> None:
    page = desk(*ROLES).client.get(f"/console/cases/{story.number}/").content.decode()

    assert "还没有取到：消防验收信息。不能要申请人交，可以请提供部门协助。" in page
    assert "正在向示例区消防救援局·消防验收信息调取，最晚等到2026年3月5日" in page
    assert f"/console/cases/{story.number}/fetch/" in page


def test_what_a_register_said_is_shown_with_its_source(
    story: Story, waived: WaivedMaterial, desk: Any
) -> None:
    WaivedMaterial.objects.all().delete()
    WaivedMaterial.objects.create(
        case_id=waived.case_id,
        code="m9",
        name="消防验收信息",
        slot="MT-m9:APPLICANT",
        rule=Rule.SHAREABLE,
        source="示例区消防救援局·消防验收信息",
        state=WaivedState.FETCHED,
        got_at=Case.objects.get(number=story.number).received_at,
        values='{"passed_on": "2025-06-01"}',
    )

    page = desk(*ROLES).client.get(f"/console/cases/{story.number}/").content.decode()

    assert "已从示例区消防救援局·消防验收信息调取，2026年3月2日 09:00" in page
    assert "2025-06-01" in page
    assert "还没有取到" not in page


def test_an_officer_asks_the_other_department_which_answers_with_a_document(
    story: Story, waived: WaivedMaterial, desk: Any
) -> None:
    here, there = desk(*ROLES), desk(*ROLES, office=FIRE_OFFICE)
    form = here.client.get(f"/console/cases/{story.number}/acts/assist/").content.decode()
    assert "消防验收信息" in form

    assert ask(here.client, story).status_code == 302
    listed = there.client.get("/console/assistance/").content.decode()
    assert "请核实消防验收情况" in listed
    answered = there.client.post(
        f"/console/assistance/{asked().pk}/",
        {
            "outcome": "held",
            "answer": "已于2025年验收合格",
            "file": SimpleUploadedFile("验收意见.pdf", PDF, "application/pdf"),
        },
    )

    assert answered.status_code == 302
    dossier = here.client.get(f"/console/cases/{story.number}/").content.decode()
    assert "已于2025年验收合格" in dossier
    assert "验收意见.pdf" in dossier
    document = here.client.get(f"/console/assistance/{asked().pk}/document/")
    assert (document.status_code, document.content) == (200, PDF)
    (found,) = selectors.get_dossier(story.number, actor=PLATFORM).assistance
    assert found.outcome is AssistanceOutcome.HELD


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"answer": "查过档案"}, "请选择有没有查到。"),
        ({"outcome": "held", "answer": " "}, "请写明查到的内容"),
    ],
)
def test_an_answer_that_does_not_count_comes_back_with_what_was_typed(
    story: Story, waived: WaivedMaterial, desk: Any, typed: dict[str, str], error: str
) -> None:
    ask(desk(*ROLES).client, story)

    again = desk(*ROLES, office=FIRE_OFFICE).client.post(f"/console/assistance/{asked().pk}/", typed)

    assert again.status_code == 422
    page = again.content.decode()
    assert error in page
    assert typed["answer"].strip() in page
    assert asked().answered_at is None


def test_without_a_department_nothing_is_sent(story: Story, waived: WaivedMaterial, desk: Any) -> None:
    refused = ask(desk(*ROLES).client, story, to_department="")

    assert refused.status_code == 422
    assert "请选择部门。" in refused.content.decode()
    assert not AssistanceRequest.objects.exists()


def test_the_supplement_offers_only_what_may_be_asked_for_and_says_why_not_the_rest(
    story: Story, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clause that one material rested on was repealed after the case came in."""
    repealed = LegalBasis("b9", "示例规定", "第三条", "申请人应当提交制度目录。", is_repealed=True)
    substance = FOOD.substance
    first, second = substance.materials
    planted = replace(
        FOOD,
        substance=replace(
            substance,
            legal_basis=(*substance.legal_basis, repealed),
            materials=(first, replace(second, basis=("b9",))),
        ),
    )
    monkeypatch.setitem(GUIDES, (substance.version_id, FOOD.procedure.version_id), planted)
    client = desk(*ROLES).client

    page = client.get(f"/console/cases/{story.number}/acts/supplement/").content.decode()
    posted = client.post(
        f"/console/cases/{story.number}/acts/supplement/",
        {
            "revision": "1",
            "problem:MT-m2:APPLICANT": "没有交",
            "remedy:MT-m2:APPLICANT": "请上传",
        },
    )

    assert 'name="problem:MT-m1:APPLICANT"' in page
    assert 'name="problem:MT-m2:APPLICANT"' not in page
    assert "没有法律法规依据的材料，一律不需提交" in page
    assert posted.status_code == 422
    assert selectors.get_dossier(story.number, actor=PLATFORM).supplement == ()


def test_the_supervisor_sees_what_was_not_answered_in_time(
    story: Story, waived: WaivedMaterial, desk: Any
) -> None:
    ask(desk(*ROLES).client, story)
    AssistanceRequest.objects.update(due_on=date(2026, 2, 27))

    for office in ({}, {"office": FIRE_OFFICE}):
        page = desk(Role.SUPERVISOR, **office).client.get("/console/oversight/").content.decode()
        assert "超期没有答复的 1 件。" in page
        assert "请核实消防验收情况" in page


def test_the_list_takes_as_many_statements_for_more_requests(
    story: Story, waived: WaivedMaterial, desk: Any, django_assert_max_num_queries: Any
) -> None:
    ask(desk(*ROLES).client, story)
    there = desk(*ROLES, office=FIRE_OFFICE).client
    there.get("/console/assistance/")
    one = asked()
    for _number in range(20):
        one.pk = None
        one._state.adding = True
        one.id = AssistanceRequest._meta.pk.get_default()
        one.save(force_insert=True)

    with django_assert_max_num_queries(10):
        page = there.get("/console/assistance/")

    assert page.content.decode().count("请核实消防验收情况") >= 21
