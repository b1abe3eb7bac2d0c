from datetime import date
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from pypdf import PdfReader

from sites.city import City
from sites.portal import walk
from sites.portal.walk import QUERY
from tongban.domains.exchange.models import ExchangeLog
from tongban.domains.licences.models import Licence

QUESTIONS = "/events/OPEN_RESTAURANT/questions/?division=310115"
PLAN = f"/events/OPEN_RESTAURANT/plan/?{QUERY}"
VISITORS_PLAN = f"{PLAN}&entity.scope_has_catering=yes"


def facts(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_one_question_a_page_with_the_reason_why(visitor: Client) -> None:
    page = visitor.get(QUESTIONS).content.decode()

    assert page.count("<h1") == 1
    assert "为什么问" in page
    assert "第 1 题" in page


def test_an_answer_goes_into_the_address(visitor: Client) -> None:
    response = visitor.post(QUESTIONS, {"question": "shop.area_m2", "shop.area_m2": "320"})

    assert response.status_code == 302
    assert facts(response["Location"]) == {"division": "310115", "shop.area_m2": "320"}


def test_not_knowing_is_an_answer(visitor: Client) -> None:
    response = visitor.post(QUESTIONS, {"question": "shop.area_m2", "unknown": "1"})

    assert facts(response["Location"])["shop.area_m2"] == "unknown"


def ask_for_area(visitor: Client) -> str:
    """Address at which the area is the question: everything else is answered."""
    return (
        "/events/OPEN_RESTAURANT/questions/?"
        + QUERY.replace("&shop.area_m2=320", "")
        + "&entity.scope_has_catering=yes"
    )


@pytest.mark.parametrize(("typed", "words"), [("", "请回答这个问题"), ("很大", "数"), ("-3", "")])
def test_a_faulty_answer_is_asked_again_with_what_was_typed(visitor: Client, typed: str, words: str) -> None:
    response = visitor.post(ask_for_area(visitor), {"question": "shop.area_m2", "shop.area_m2": typed})
    page = response.content.decode()

    assert response.status_code == 422
    assert 'href="#f-shop-area_m2"' in page
    assert 'id="f-shop-area_m2"' in page
    assert f'value="{typed}"' in page or not typed
    assert words in page


def test_a_question_that_is_none_is_not_found(visitor: Client) -> None:
    assert visitor.post(QUESTIONS, {"question": "no.such"}).status_code == 404


def test_every_answer_leads_to_a_plan(visitor: Client) -> None:
    address = QUESTIONS
    for _number in range(12):
        response = visitor.get(address)
        if response.status_code == 302:
            break
        page = response.content.decode()
        code = page.split('name="question" value="')[1].split('"')[0]
        given = {"question": code, "unknown": "1"} if "还不清楚" in page else {"question": code, code: "yes"}
        address = visitor.post(address, given)["Location"]

    assert response["Location"].startswith("/events/OPEN_RESTAURANT/plan/?")
    assert visitor.get(response["Location"]).status_code == 200


def test_a_plan_with_open_questions_goes_back_to_them(visitor: Client) -> None:
    response = visitor.get("/events/OPEN_RESTAURANT/plan/?division=310115")

    assert response["Location"].startswith("/events/OPEN_RESTAURANT/questions/")


def test_the_plan_shows_departments_order_days_materials_and_savings(visitor: Client) -> None:
    page = visitor.get(VISITORS_PLAN).content.decode()

    assert "要办 2 个事项，2 个部门一起办" in page
    assert "（牵头）" in page
    assert "您要准备的" in page
    assert "我们替您取的" in page
    assert "不再要的" in page
    assert "和一件一件办比" in page
    assert "<svg viewBox" in page
    assert "照规范做" in page


def test_an_unknown_fact_shows_both_branches(visitor: Client) -> None:
    page = visitor.get(VISITORS_PLAN.replace("shop.area_m2=320", "shop.area_m2=unknown")).content.decode()

    assert "可能要办" in page
    assert "店面一共有多少平方米？" in page


def test_what_a_register_knows_is_shown_and_not_asked(zhang_san: Client) -> None:
    page = zhang_san.get(PLAN).content.decode()

    assert "不用问您的" in page
    assert "经营主体登记信息" in page


def test_the_pages_ask_a_register_once_and_again_on_demand(zhang_san: Client) -> None:
    pages = [zhang_san.get(QUESTIONS) for _page in range(3)]
    asked = ExchangeLog.objects.count()

    again = zhang_san.post(QUESTIONS, {"afresh": "1"})

    assert {page.status_code for page in pages} == {200}
    assert asked == 1
    assert (again.status_code, facts(again["Location"])) == (302, {"division": "310115"})
    assert ExchangeLog.objects.count() == 2


def test_a_saved_plan_is_shared_without_personal_data(zhang_san: Client, visitor: Client) -> None:
    saved = zhang_san.post(f"/events/OPEN_RESTAURANT/plan/save/?{QUERY}")

    page = visitor.get(saved["Location"]).content.decode()
    assert "计划已经保存" in page
    assert "320 平方米" in page
    for word in ("张三", "示例小馆", "92310115"):
        assert word not in page


def test_the_plan_prints_as_a_pdf(visitor: Client) -> None:
    response = visitor.get(VISITORS_PLAN.replace("/plan/?", "/plan/paper.pdf?"))

    assert response["Content-Type"] == "application/pdf"
    paper = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    for words in (
        "开办餐饮店",
        "食品经营许可（餐饮服务）新办",
        "营业前消防安全检查",
        "经营场所布局和主要设备设施说明",
    ):
        assert words in paper.replace("\n", "").replace(" ", "")


def test_the_plans_paper_holds_nothing_of_who_printed_it(zhang_san: Client, visitor: Client) -> None:
    address = VISITORS_PLAN.replace("/plan/?", "/plan/paper.pdf?")

    own, foreign = (
        "".join(page.extract_text() for page in PdfReader(BytesIO(one.get(address).content)).pages)
        for one in (zhang_san, visitor)
    )

    assert own == foreign
    assert "张三" not in own
    assert "示例小馆" not in own


def test_applying_asks_to_sign_in_and_comes_back_to_the_plan(visitor: Client, zhang_san: Client) -> None:
    address = f"/events/OPEN_RESTAURANT/apply/?{QUERY}"

    assert visitor.post(address)["Location"].startswith("/login/?next=/events/OPEN_RESTAURANT/apply/")
    assert zhang_san.get(address)["Location"] == PLAN


def test_who_acts_for_herself_is_told_before_the_form_that_a_firm_applies(
    zhang_san: Client, city: City
) -> None:
    own, firm = (str(city.subjects[key]) for key in ("zhangsan", "xiaoguan"))
    zhang_san.post("/my/acting-for/", {"subject": own})

    told = zhang_san.get(VISITORS_PLAN).content.decode()
    switched = zhang_san.post("/my/acting-for/", {"subject": firm, "next": PLAN})
    abroad = zhang_san.post("/my/acting-for/", {"subject": firm, "next": "https://example.org/"})

    assert "这件事由单位申请，您现在用的是张三本人的名义" in told
    assert f'<option value="{firm}">示例小馆</option>' in told
    assert (switched["Location"], abroad["Location"]) == (PLAN, "/my/")
    assert "先换一个名义" not in zhang_san.get(PLAN).content.decode()


def test_a_question_says_whether_it_decides_an_item_or_how_it_is_done(visitor: Client) -> None:
    first = visitor.get(QUESTIONS).content.decode()
    area = visitor.get(ask_for_area(visitor)).content.decode()

    assert "这道题决定怎么办：食品经营许可（餐饮服务）新办" in first
    assert "这道题决定要不要办：公众聚集场所投入使用、营业前消防安全检查" in area


def test_an_answer_that_a_register_overrules_is_not_shown_beside_it(
    visitor: Client, zhang_san: Client
) -> None:
    asked = "营业执照的经营范围里写了「餐饮服务」吗？"

    assert asked in visitor.get(VISITORS_PLAN).content.decode()
    assert asked not in zhang_san.get(VISITORS_PLAN).content.decode()


def test_a_licence_that_ran_out_is_asked_for_with_its_last_day(zhang_san: Client, city: City) -> None:
    held = unescape(zhang_san.get(PLAN).content.decode())
    licence = Licence.objects.get(holder_id=city.subjects["xiaoguan"], licence_type="YYZZ")
    Licence.objects.filter(pk=licence.pk).update(valid_to=date(2026, 3, 1))
    masked = f"{licence.serial[0]}{'*' * (len(licence.serial) - 2)}{licence.serial[-1]}"
    sentence = f"示例小馆的〈营业执照〉（电子证照库，编号 {masked}）已于2026年2月28日到期，请重新提供。"

    plan = unescape(zhang_san.get(PLAN).content.decode())
    materials = unescape(zhang_san.get(f"{walk.begin(zhang_san)}materials/").content.decode())

    assert "到期，请重新提供" not in held
    assert sentence in plan
    assert sentence in materials
    assert licence.serial not in plan + materials


def test_a_visitor_is_told_of_no_licence(visitor: Client, city: City) -> None:
    Licence.objects.filter(holder_id=city.subjects["xiaoguan"]).update(valid_to=date(2026, 3, 1))

    assert "到期，请重新提供" not in visitor.get(VISITORS_PLAN).content.decode()
