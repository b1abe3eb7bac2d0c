"""业务手册: for the officers of an item, of the very version of the public guide, and without a contradiction to it."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client

from sites.city import DISTRICT, NOW, City
from sites.console.conftest import Desk, seat_at
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.selectors import guides as kept
from tongban.domains.catalogue.types import Guide
from tongban.kernel.actors import Role
from tongban.sites.console.pages import manual

MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
ASIDE = re.compile(r"<(aside|nav)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
FIRST_ANSWER, FIRST_SECTION, POINTS = "谁能办", "能不能办", ("受理要点", "审查要点")
SAID = "对办事人这样说："
FOOD, FOOD_OFFICE = "310131001001", "SCJG-310115"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    kept.forget_guides()


@pytest.fixture
def examiner(city: City) -> Desk:
    return seat_at("示例审查", Role.EXAMINER, office=FOOD_OFFICE, at=NOW)


def guide_of(code: str = FOOD) -> Guide:
    return catalogue.get_guide(code, DISTRICT, NOW.date())


def texts(page: str) -> list[str]:
    """Every text of the main part, in its order."""
    (main,) = MAIN.findall(page)
    found = (" ".join(unescape(text).split()) for text in TAG.split(ASIDE.sub("", main)))
    return [text for text in found if text]


def public_side(page: str) -> list[str]:
    shown = texts(page)
    return shown[shown.index(FIRST_ANSWER) :]


def officers_side(page: str) -> tuple[list[str], list[str]]:
    """What the manual says beside its points, and what it says of each of them to the public."""
    shown = texts(page)
    points = min(shown.index(title) for title in POINTS if title in shown)
    section = shown.index(FIRST_SECTION, points)
    said = [text.removeprefix(SAID) for text in shown[points:section] if text.startswith(SAID)]
    return [*shown[shown.index(FIRST_ANSWER) : points], *shown[section:]], said


def test_no_guide_and_its_manual_contradict_each_other(city: City) -> None:
    desks: dict[str, Client] = {}
    contradictions = {}
    for guide in catalogue.list_guides(DISTRICT, NOW.date()):
        office = guide.procedure.department.code
        if office not in desks:
            desks[office] = seat_at("示例审查", Role.EXAMINER, office=office, at=NOW).client
        public = public_side(
            Client().get(f"/guide/{DISTRICT}/{guide.substance.basic_code}/").content.decode()
        )
        shown, said = officers_side(desks[office].get(manual.address(guide)).content.decode())
        looked_at = public[public.index("工作人员会看什么") + 1 :][: len(said)]
        if shown != public or sorted(said) != sorted(looked_at):
            contradictions[guide.title] = [one for one in shown if one not in public]

    assert len(desks) > 15
    assert contradictions == {}


def test_the_comparison_sees_what_differs(examiner: Desk) -> None:
    other = public_side(Client().get(f"/guide/{DISTRICT}/310138001001/").content.decode())

    shown, _said = officers_side(examiner.client.get(manual.address(guide_of())).content.decode())

    assert shown != other


def test_a_point_stands_with_material_clause_and_who_checks_it(examiner: Desk) -> None:
    shown = texts(examiner.client.get(manual.address(guide_of())).content.decode())

    point = guide_of().substance.points[0]
    basis = {one.id: one for one in guide_of().substance.legal_basis}[point.basis[0]]
    at = shown.index(point.text)
    assert SAID + point.plain in shown[at : at + 6]
    assert f"《{basis.law}》{basis.article}" in shown[at:]
    assert "人工核对" in shown


def test_the_office_finds_what_it_carries_out_and_the_city_what_it_keeps(examiner: Desk) -> None:
    editor = seat_at("示例编辑", Role.EDITOR, office="SCJG", at=NOW)

    for desk in (examiner, editor):
        page = desk.client.get("/console/manuals/").content.decode()
        assert f'href="{manual.address(guide_of())}"' in page
        assert "公众聚集场所投入使用" not in page


def test_another_department_finds_no_manual(city: City) -> None:
    elsewhere = seat_at("示例消防", Role.EXAMINER, office="XFJY-310115", at=NOW)

    assert elsewhere.client.get(manual.address(guide_of())).status_code == 404
