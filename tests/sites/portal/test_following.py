from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from sites.city import NOW, City
from sites.portal import walk
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.models import Case, CheckTask
from tongban.domains.cases.types import (
    CheckKind,
    ProcedureKind,
    ServiceMethod,
    SupplementItem,
    TickMark,
    TimelineCase,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import Necessity
from tongban.domains.evaluation import selectors as ratings
from tongban.domains.licences import selectors as library
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Ground
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.outbox import testing as outbox
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

FOOD = "食品经营许可（餐饮服务）新办"
FIRE = "公众聚集场所投入使用、营业前消防安全检查"
FIELD = "PREMISES.premises.name"


def officer(department: str, city: City) -> Actor:
    """An officer who may do everything in one department."""
    return Actor(
        kind=ActorKind.OFFICER,
        account_id=city.accounts["wangmin"],
        name="王敏",
        department=department,
        division="310115",
        departments=frozenset({department}),
        roles=frozenset(Role),
    )


@pytest.fixture
def number(zhang_san: Client) -> str:
    return walk.hand_in(zhang_san, walk.complete(zhang_san))


def case_of(city: City, number: str, item: str = FOOD) -> TimelineCase:
    me = Actor(
        ActorKind.CITIZEN,
        city.accounts["zhangsan"],
        "张三",
        city.subjects["zhangsan"],
        city.subjects["xiaoguan"],
    )
    return next(one for one in cases.get_timeline(number, actor=me).cases if one.item_name == item)


def ask_for_supplement(city: City, case: TimelineCase, *targets: str) -> None:
    handling.request_supplement(
        case_number=case.number,
        revision=case.revision,
        items=tuple(SupplementItem(one, "要改的", "看不清", "请重新提供") for one in targets),
        actor=officer("SCJG-310115", city),
        at=NOW,
    )


def slot_of(city: City, case: TimelineCase) -> str:
    return cases.get_dossier(case.number, actor=officer("SCJG-310115", city), at=NOW).attachments[0].slot


def defer_a_material(case_number: str) -> CheckTask:
    """A material of the case is to follow after acceptance (容缺)."""
    case = Case.objects.get(number=case_number)
    guide = catalogue.get_guide_by_versions(case.substance_version_id, case.procedure_version_id)
    material = next(one for one in guide.substance.materials if one.necessity is Necessity.DEFERRABLE)
    return CheckTask.objects.create(
        case=case,
        kind=CheckKind.DEFERRED_MATERIAL,
        material=material.code,
        subject=material.name,
        due_on="2026-03-09",
    )


def examine(city: City, case: TimelineCase) -> int:
    """Accept the case and find every point in order; its revision afterwards."""
    acting = officer("SCJG-310115", city)
    receipt = handling.accept_case(case_number=case.number, revision=case.revision, actor=acting, at=NOW)
    dossier = cases.get_dossier(case.number, actor=acting, at=NOW)
    points = catalogue.get_guide_by_versions(
        dossier.substance_version_id, dossier.procedure_version_id
    ).substance.points
    marks = tuple(TickMark(point.code, True) for point in points)
    receipt = handling.tick_points(
        case_number=case.number, revision=receipt.revision, marks=marks, actor=acting, at=NOW
    )
    receipt = handling.finish_examination(
        case_number=case.number, revision=receipt.revision, actor=acting, at=NOW
    )
    return receipt.revision


def grant(city: City, case: TimelineCase) -> None:
    handling.grant(
        case_number=case.number,
        revision=examine(city, case),
        result_fields={},
        actor=officer("SCJG-310115", city),
        at=NOW,
    )


def test_now_next_and_by_when_stand_on_top(zhang_san: Client, number: str) -> None:
    page = zhang_san.get(f"/applications/{number}/").content.decode()

    order = [page.index(words) for words in ("现在", "接下来", "什么时候", "问谁", "各部门办到哪里了")]
    assert order == sorted(order)
    assert "2 件正在办，0 件已办好" in page
    assert "已收件，等待受理" in page


@pytest.mark.parametrize(
    "path",
    [
        "applications/{number}/",
        "applications/{number}/receipt/",
        "cases/{case}/clock/",
        "cases/{case}/withdraw/",
    ],
)
def test_somebody_elses_case_looks_like_none(li_si: Client, city: City, number: str, path: str) -> None:
    address = "/" + path.format(number=number, case=case_of(city, number).number)

    assert li_si.get(address).status_code == 404
    assert li_si.get("/" + path.format(number="SQ20260302999999", case="x")).status_code == 404


def test_a_supplement_is_answered_in_place_with_field_and_file(
    zhang_san: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    slot = slot_of(city, case)
    ask_for_supplement(city, case, FIELD, slot)

    page = zhang_san.get(f"/applications/{number}/").content.decode()
    assert f"请补正：{FOOD}" in page
    revision = case_of(city, number).revision
    response = zhang_san.post(
        f"/cases/{case.number}/supplement/",
        {"revision": revision, f"{case.number}.{FIELD}": "示例面馆（浦东店）", slot: walk.photo("新图.jpg")},
    )

    assert response["Location"] == f"/applications/{number}/"
    assert "补正已经交上" in zhang_san.get(f"/applications/{number}/").content.decode()
    dossier = cases.get_dossier(case.number, actor=officer("SCJG-310115", city), at=NOW)
    assert dossier.answers[FIELD].value == "示例面馆（浦东店）"
    assert "新图.jpg" in [one.filename for one in dossier.attachments]
    assert "没有没办完的表格" in zhang_san.get("/my/drafts/").content.decode()


def test_half_a_supplement_is_refused_and_what_was_typed_stays(
    zhang_san: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    ask_for_supplement(city, case, FIELD, slot_of(city, case))
    revision = case_of(city, number).revision

    response = zhang_san.post(
        f"/cases/{case.number}/supplement/",
        {"revision": revision, f"{case.number}.{FIELD}": "示例面馆（浦东店）"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "还需补正1项" in page
    assert 'value="示例面馆（浦东店）"' in page
    assert case_of(city, number).revision == revision


def test_a_bad_file_in_a_supplement_changes_nothing(zhang_san: Client, city: City, number: str) -> None:
    case = case_of(city, number)
    slot = slot_of(city, case)
    ask_for_supplement(city, case, slot)
    revision = case_of(city, number).revision
    bad = walk.photo("假的.pdf")

    response = zhang_san.post(f"/cases/{case.number}/supplement/", {"revision": revision, slot: bad})

    assert response.status_code == 422
    assert case_of(city, number).revision == revision
    assert "没有没办完的表格" in zhang_san.get("/my/drafts/").content.decode()


def test_withdrawing_asks_once_and_then_is_done(zhang_san: Client, city: City, number: str) -> None:
    case = case_of(city, number)

    asked = zhang_san.get(f"/cases/{case.number}/withdraw/").content.decode()
    done = zhang_san.post(
        f"/cases/{case.number}/withdraw/", {"revision": case.revision, "reason": "换地方了"}
    )

    assert f"要撤回“{FOOD}”吗？" in asked
    assert done["Location"] == f"/applications/{number}/"
    assert "您已撤回" in zhang_san.get(f"/applications/{number}/").content.decode()


def test_withdrawing_on_a_stale_page_is_refused(zhang_san: Client, city: City, number: str) -> None:
    case = case_of(city, number)

    response = zhang_san.post(f"/cases/{case.number}/withdraw/", {"revision": case.revision + 7})

    assert response.status_code == 409
    assert "现在办不了这一步" in response.content.decode()
    assert case_of(city, number).status == "RECEIVED"


def test_a_granted_case_shows_its_licence_and_can_be_rated_once(
    zhang_san: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    grant(city, case)
    outbox.drain()

    page = zhang_san.get(f"/applications/{number}/").content.decode()
    assert "已批准" in page
    assert "查看证照" in page
    assert "您满意吗" in page
    rated = zhang_san.post(f"/cases/{case.number}/rate/", {"nth": "1", "level": "2", "words": ""})
    again = zhang_san.post(f"/cases/{case.number}/rate/", {"nth": "1", "level": "1", "words": ""})

    assert rated.status_code == 302
    assert again.status_code == 422
    assert [right.rating.level for right in ratings.rights_of_cases([case.number]) if right.rating] == [2]
    assert "您的评价：满意" in zhang_san.get(f"/applications/{number}/").content.decode()


def test_a_bad_rating_without_words_is_asked_again(zhang_san: Client, city: City, number: str) -> None:
    case = case_of(city, number)
    grant(city, case)
    outbox.drain()

    response = zhang_san.post(f"/cases/{case.number}/rate/", {"nth": "1", "level": "5", "words": ""})

    assert response.status_code == 422
    assert not [right for right in ratings.rights_of_cases([case.number]) if right.rating]


def test_every_counted_and_skipped_day_has_its_reason(zhang_san: Client, city: City, number: str) -> None:
    case = case_of(city, number)

    page = zhang_san.get(f"/cases/{case.number}/clock/").content.decode()

    assert "为什么是这一天" in page
    assert "2026年3月3日（周二）" in page
    assert "周六" in page


def test_an_on_site_check_and_a_notice_are_said_not_to_stop_the_clock(
    zhang_san: Client, city: City, number: str
) -> None:
    case, acting, during = case_of(city, number), officer("SCJG-310115", city), "这一天现场核查，不停钟，照算"
    receipt = handling.accept_case(case_number=case.number, revision=case.revision, actor=acting, at=NOW)
    before = zhang_san.get(f"/cases/{case.number}/clock/").content.decode()
    later = NOW + timedelta(days=9)
    spans = {ProcedureKind.SITE_CHECK: (5, 9), ProcedureKind.PUBLIC_NOTICE: (10, 10)}
    for kind, (first, last) in spans.items():
        receipt = handling.record_procedure(
            case_number=case.number,
            revision=receipt.revision,
            kind=kind,
            began_on=date(2026, 3, first),
            ended_on=date(2026, 3, last),
            officers="王敏、刘洋",
            finding="布局与图一致",
            actor=acting,
            at=later,
        )

    page = zhang_san.get(f"/cases/{case.number}/clock/").content.decode()

    row = page.split("2026年3月6日（周五）</th>")[1].split("</tr>")[0]
    saturday = page.split("2026年3月7日（周六）</th>")[1].split("</tr>")[0]
    assert during not in before
    assert f"{during}（行政许可法第四十五条没有列它）" in row
    assert during not in saturday
    # Three working days of five, in the trace of the law's limit and in that of the promise.
    assert page.count(during) == 2 * 3
    assert "2026年3月5日（周四） 至 2026年3月9日（周一）" in page
    # The promise is over by then.
    assert page.count("这一天公示，不停钟") == 1
    assert page.count("计入期限（行政许可法第四十五条没有列它）") == 2


def test_the_receipt_opens_as_a_pdf_for_its_applicant_only(
    zhang_san: Client, li_si: Client, number: str
) -> None:
    page = zhang_san.get(f"/applications/{number}/receipt/").content.decode()
    address = page.split('href="/papers/')[1].split('"')[0]

    assert zhang_san.get(f"/papers/{address}").content.startswith(b"%PDF-")
    assert li_si.get(f"/papers/{address}").status_code == 404


def test_the_receipts_number_shows_progress_and_no_person(visitor: Client, number: str) -> None:
    page = visitor.get(visitor.get("/status/", {"number": f" {number} "})["Location"]).content.decode()

    assert FOOD in page
    for word in ("示例小馆", "张三", "示例面馆"):
        assert word not in page


def test_an_unknown_number_says_so(visitor: Client) -> None:
    response = visitor.get("/status/", {"number": "SQ1"})

    assert response.status_code == 404
    assert "没有这个申请编号" in response.content.decode()


def test_a_material_that_was_to_follow_is_handed_in_on_the_timeline(
    zhang_san: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    task = defer_a_material(case.number)
    address = f"/cases/{case.number}/deferred/{task.id}/"
    shown = zhang_san.get(f"/applications/{number}/").content.decode()

    empty = zhang_san.post(address)
    handed_in = zhang_san.post(address, {"file": walk.photo("制度目录.jpg")}, follow=True)

    acting = officer("SCJG-310115", city)
    names = [one.filename for one in cases.get_dossier(case.number, actor=acting, at=NOW).attachments]
    assert f'action="{address}"' in shown
    assert empty.status_code == 422
    assert "已经补交" in handed_in.content.decode()
    assert "制度目录.jpg" in names


def test_nobody_hands_in_for_somebody_elses_case(
    zhang_san: Client, li_si: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    unknown = "00000000-0000-0000-0000-000000000000"

    assert li_si.post(f"/cases/{case.number}/deferred/{unknown}/").status_code == 404
    assert zhang_san.post(f"/cases/{case.number}/deferred/{unknown}/").status_code == 404


def refuse(city: City, case: TimelineCase) -> None:
    """Accepted, found wanting, refused; and served."""
    acting = officer("SCJG-310115", city)
    names = {"case_number": case.number, "actor": acting, "at": NOW}
    receipt = handling.accept_case(revision=case.revision, **names)
    dossier = cases.get_dossier(case.number, actor=acting, at=NOW)
    substance = catalogue.get_guide_by_versions(
        dossier.substance_version_id, dossier.procedure_version_id
    ).substance
    failed, *others = substance.points
    marks = (
        TickMark(failed.code, False, "生熟没有分开"),
        *(TickMark(one.code, True) for one in others),
    )
    receipt = handling.tick_points(revision=receipt.revision, marks=marks, **names)
    receipt = handling.finish_examination(revision=receipt.revision, **names)
    receipt = handling.refuse(
        revision=receipt.revision,
        failed_points=(failed.code,),
        reason="生熟没有分开。",
        legal_basis=(substance.legal_basis[0].id,),
        **names,
    )
    handling.serve(revision=receipt.revision, method=ServiceMethod.ELECTRONIC, proof="回执", **names)


def withdraw(browser: Client, city: City, number: str, item: str) -> None:
    case = case_of(city, number, item)
    browser.post(f"/cases/{case.number}/withdraw/", {"revision": case.revision})


def test_a_refusal_stays_one_after_it_was_served(zhang_san: Client, city: City, number: str) -> None:
    refuse(city, case_of(city, number))
    withdraw(zhang_san, city, number, FIRE)

    page = zhang_san.get(f"/applications/{number}/").content.decode()

    assert "0 件办好，2 件没有办成" in page
    assert "不予批准，决定已送达" in page
    assert "60 日内可以申请行政复议" in page


def test_once_all_is_done_the_page_says_what_to_mind_and_the_paper_too(
    zhang_san: Client, city: City, number: str
) -> None:
    before = zhang_san.get(f"/applications/{number}/").content.decode()
    case = case_of(city, number)
    grant(city, case)
    withdraw(zhang_san, city, number, FIRE)
    outbox.drain()

    page = zhang_san.get(f"/applications/{number}/").content.decode()
    paper = zhang_san.get(f"/applications/{number}/after-care.pdf")

    assert "办完以后要记得" not in before
    assert "办完以后要记得" in page
    assert f'href="/applications/{number}/after-care.pdf"' in page
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(paper.content)).pages)
    text = text.replace("\n", "").replace(" ", "")
    licence = case_of(city, number).licences[0]
    for words in (
        "办后须知",
        "食品经营许可证",
        licence.split(".")[-3],
        "量化分级公示牌",
        "前申请延续",
        "12345",
    ):
        assert words in text, words


def test_a_licences_code_says_whether_it_can_be_relied_on_and_names_no_person(
    zhang_san: Client, visitor: Client, city: City, number: str
) -> None:
    grant(city, case_of(city, number))
    licence = case_of(city, number).licences[0]

    good = visitor.get(f"/licences/{licence}/").content.decode()
    licences.cancel(licence, ground=Ground("示例法", "第一条", "示例"), actor=PLATFORM, at=NOW)
    bad = visitor.get(f"/licences/{licence}/").content.decode()

    assert "2026年3月2日查验：这张证照有效" in good
    assert "示例小馆" in good
    assert "这张证照现在不能用" in bad
    assert "已注销" in bad
    assert visitor.get("/licences/1.2.156.3005.2.1/").status_code == 404


def test_the_licence_of_a_person_names_nobody(visitor: Client, city: City) -> None:
    licence = library.list_for_holders([city.subjects["zhangsan"]])[0]

    page = visitor.get(f"/licences/{licence.number}/").content.decode()

    assert "这张证照有效" in page
    assert "张三" not in page


def test_a_link_to_the_firms_case_works_for_who_acts_for_herself_now(
    zhang_san: Client, li_si: Client, city: City, number: str
) -> None:
    case = case_of(city, number)
    outbox.drain()
    (message,) = messaging.inbox([city.subjects["xiaoguan"]])
    zhang_san.post("/my/acting-for/", {"subject": str(city.subjects["zhangsan"])})

    page = zhang_san.get(f"/applications/{number}/").content.decode()
    told = zhang_san.get(f"/my/messages/{message.id}/")
    done = zhang_san.post(f"/cases/{case.number}/withdraw/", {"revision": case.revision})

    assert "张三 代 示例小馆" in page
    assert told.status_code == 200
    assert done.status_code == 302
    assert "张三 代 示例小馆" not in zhang_san.get("/my/").content.decode()
    assert li_si.get(f"/my/messages/{message.id}/").status_code == 404
