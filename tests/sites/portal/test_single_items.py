"""A single item applied for by the machinery of the packages: guide, questions, form, receipt, timeline."""

import html
import re
from uuid import UUID

import pytest
from django.test import Client

from sites.city import NOW, City
from sites.conftest import sign_in
from sites.portal import walk
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as cataloguing
from tongban.domains.eforms import selectors as drafts
from tongban.domains.eforms.types import FormField
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.lifeevents import services as planning
from tongban.domains.lifeevents.models import PackageVersion
from tongban.domains.standards.types import ElementType
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM
from tongban.kernel.instants import shanghai_date

DIVISION = "310115"
CARD = "312014003001"
VACCINATION = "312023001001"
FIRMS_ITEM = "310131001001"
COMPANY, CAPITAL = "310131004001", "MATTER.entity.capital_fen"
SAMPLES = {
    "person.phone": "13800138000",
    "LEGAL_REPRESENTATIVE.person.name": "李四",
    "LEGAL_REPRESENTATIVE.person.resident_id": "11010519491231002X",
}


def start_address(browser: Client, code: str) -> str:
    """Where the guide's button leads."""
    page = browser.get(f"/guide/{DIVISION}/{code}/").content.decode()
    found = re.search(r'<a class="govuk-button button--large" href="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def plan_address(browser: Client, address: str) -> str:
    """The plan behind the questions, each answered with its first option."""
    for _question in range(20):
        response = browser.get(address)
        if response.status_code == 302:
            return str(response["Location"])
        page = response.content.decode()
        name = re.search(r'name="question" value="([^"]+)"', page)
        assert name, page
        option = re.search(rf'name="{re.escape(name[1])}" type="radio" value="([^"]+)"', page)
        posted = (
            {"question": name[1], name[1]: option[1]} if option else {"question": name[1], "unknown": "1"}
        )
        address = browser.post(address, posted)["Location"]
    raise AssertionError("the questions never end")


def test_every_item_of_the_city_can_be_planned_from_its_guide(visitor: Client, city: City) -> None:
    guides = catalogue.list_guides(DIVISION, shanghai_date(clock.now()))

    failed = []
    for guide in guides:
        address = plan_address(visitor, start_address(visitor, guide.substance.basic_code))
        response = visitor.get(address)
        if response.status_code != 200 or "填表申请" not in response.content.decode():
            failed.append(guide.title)

    assert len(guides) > 60
    assert failed == []


def sample(field: FormField) -> str:
    """A value that the element takes."""
    element = field.element
    if field.key in SAMPLES:
        return SAMPLES[field.key]
    if element.options:
        return element.options[0].value
    if element.element_type is ElementType.BOOL:
        return "yes"
    if element.element_type is ElementType.DATE:
        return "2026-02-20"
    if element.element_type in (ElementType.INT, ElementType.MONEY):
        return "12"
    return SAMPLES.get(element.code, "示例")


def hand_in(browser: Client, city: City, code: str) -> str:
    """From the guide's button to the receipt; the number of the application."""
    plan = plan_address(browser, start_address(browser, code))
    draft = str(browser.post(plan.replace("/plan/", "/apply/"))["Location"])
    kept = drafts.get_draft(UUID(draft.split("/")[2]), city.subjects["zhangsan"])
    form = planning.plan_for_draft(kept, at=clock.now()).form
    typed = {field.key: sample(field) for group in form.groups for field in group.fields}
    for key, answer in kept.answers.items():
        typed[key] = str(answer.value)
    response = browser.post(draft, {**typed, "revision": walk.revision(browser, draft)})
    assert response.status_code == 302, response.content.decode()
    walk.upload_all(browser, draft)
    return walk.hand_in(browser, draft)


def test_one_item_alone_is_handed_in_and_followed(city: City) -> None:
    browser = sign_in(city, "zhangsan")

    number = hand_in(browser, city, CARD)

    guide = catalogue.get_guide(CARD, DIVISION, shanghai_date(clock.now()))
    receipt = browser.get(f"/applications/{number}/receipt/").content.decode()
    page = browser.get(f"/applications/{number}/").content.decode()
    assert guide.title in receipt
    assert "1 件正在办，0 件已办好" in page
    assert CARD not in [package.code for package in lifeevents.list_packages()]


@pytest.mark.parametrize("code", ["Tax-on-web", "TAX_ON_WEB"])
def test_an_item_with_a_code_of_its_own_list_is_applied_for_too(city: City, code: str) -> None:
    row = next(one for one in cataloguing.export_guides() if one["basic_code"] == CARD)
    foreign = {**row, "basic_code": code, "code_scheme": "LOCAL", "name": code}
    report = cataloguing.import_guides([foreign], actor=PLATFORM, at=NOW)
    assert report.created == 1, report.findings
    browser = sign_in(city, "zhangsan")

    number = hand_in(browser, city, code)

    assert code in browser.get(f"/applications/{number}/receipt/").content.decode()
    assert code not in [package.code for package in lifeevents.list_packages()]


def test_a_second_application_for_the_same_item_cites_the_same_version(city: City) -> None:
    browser = sign_in(city, "zhangsan")

    numbers = {hand_in(browser, city, CARD), hand_in(browser, city, CARD)}

    assert len(numbers) == 2
    assert PackageVersion.objects.filter(code=CARD).count() == 1


def test_money_typed_in_yuan_stays_what_it_is_however_often_the_form_is_saved(city: City) -> None:
    browser = sign_in(city, "zhangsan")
    plan = plan_address(browser, start_address(browser, COMPANY))
    draft = str(browser.post(plan.replace("/plan/", "/apply/"))["Location"])
    typed = "1,234.50"

    for _time in range(3):
        browser.post(draft, {CAPITAL: typed, "revision": walk.revision(browser, draft)})
        (shown,) = re.findall(
            rf'name="{re.escape(CAPITAL)}"[^>]*value="([^"]*)"', browser.get(draft).content.decode()
        )
        assert shown == "1234.50"
        typed = shown

    kept = drafts.get_draft(UUID(draft.split("/")[2]), city.subjects["zhangsan"])
    assert kept.answers[CAPITAL].value == 123_450


def test_a_firms_item_is_not_for_a_person(city: City) -> None:
    browser = sign_in(city, "zhangsan")

    plan = plan_address(browser, start_address(browser, FIRMS_ITEM))
    draft = str(browser.post(plan.replace("/plan/", "/apply/"))["Location"])
    response = browser.post(f"{draft}check/", {"consent-TRUTH": "on", "consent-SHARING": "on"})

    assert response.status_code == 422
    assert "这件事不能以现在的名义办理" in response.content.decode()


def test_what_is_not_handled_here_has_no_questions(visitor: Client) -> None:
    assert visitor.get(f"/events/000000000000/questions/?division={DIVISION}").status_code == 404


def test_an_address_from_a_register_is_legible_and_can_be_changed(city: City) -> None:
    browser = sign_in(city, "zhangsan")
    plan = plan_address(browser, start_address(browser, VACCINATION))
    draft = str(browser.post(plan.replace("/plan/", "/apply/"))["Location"])

    form = browser.get(draft).content.decode()

    assert re.search(r'name="MATTER\.person\.address"[^>]*value="示例市浦东新区示例路1号101室"', form)
