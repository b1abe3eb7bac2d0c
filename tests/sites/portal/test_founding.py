"""公司设立: the licence is the new company's own, and whoever represents it acts for it at once."""

import re

import pytest
from django.test import Client

from sites.city import NOW, City
from sites.conftest import sign_in
from sites.portal.test_following import examine, officer
from sites.portal.test_single_items import SAMPLES, hand_in
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import TimelineCase
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import selectors as licences
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers.uscc import compose_uscc

COMPANY, TRADER = "310131004001", "310131005001"
NUMBER = compose_uscc("91", "310115", "MADM0009")
OFFICE = "SCJG-310115"


@pytest.fixture
def founder(city: City) -> Client:
    """张三 in his browser, for himself."""
    return sign_in(city, "zhangsan")


def examined(city: City, founder: Client, item: str) -> tuple[TimelineCase, int]:
    """The case that founds, ready to be decided, and its revision."""
    me = identity.actor_for(city.accounts["zhangsan"], city.subjects["zhangsan"], at=NOW)
    (case,) = cases.get_timeline(hand_in(founder, city, item), actor=me).cases
    return case, examine(city, case)


def grant(city: City, case: TimelineCase, revision: int, **told: str) -> str:
    """The number of the licence."""
    acting = officer(OFFICE, city)
    receipt = handling.grant(
        case_number=case.number, revision=revision, result_fields=told, actor=acting, at=NOW
    )
    (licence,) = receipt.licences
    return licence


def test_the_licence_is_the_companys_and_its_representative_acts_for_it(city: City, founder: Client) -> None:
    case, revision = examined(city, founder, COMPANY)

    licence = licences.get_by_number(grant(city, case, revision, uscc=NUMBER, name="示例市新味餐饮有限公司"))

    company = identity.find_subject(SubjectKind.ENTITY, NUMBER)
    named = identity.find_subject(SubjectKind.PERSON, SAMPLES["LEGAL_REPRESENTATIVE.person.resident_id"])
    assert company is not None
    assert named is not None
    assert (licence.holder_id, licence.holder_name) == (company.id, "示例市新味餐饮有限公司")
    assert (licence.fields["uscc"], licence.fields["legal_representative"]) == (NUMBER, "李四")
    (mandate,) = identity.mandates_for(company.id)
    assert (mandate.kind, mandate.agent.id) == ("LEGAL_REPRESENTATIVE", named.id)
    assert "YYZZ" not in {one.licence_type for one in licences.list_for_holders([city.subjects["zhangsan"]])}


def test_a_sole_trader_begins_the_next_application_in_the_name_of_the_business(
    city: City, founder: Client
) -> None:
    case, revision = examined(city, founder, TRADER)
    number = grant(city, case, revision, uscc=compose_uscc("92", "310115", "MADM0008"))

    shown = founder.get(f"/my/licences/{number}.pdf").status_code
    own = founder.get("/my/").content.decode()
    business = licences.get_by_number(number).holder_id
    founder.post("/my/acting-for/", {"subject": str(business)})
    library = founder.get("/my/licences/").content.decode()

    assert shown == 200
    assert f'value="{business}"' in own
    assert "营业执照" in library
    assert number in library


def test_without_a_number_of_its_own_nothing_is_founded(city: City, founder: Client) -> None:
    case, revision = examined(city, founder, COMPANY)
    taken = compose_uscc("91", "310115", "MADM0007")
    other = identifying.register_entity(name="示例面馆", number=taken, actor=PLATFORM, at=NOW)

    with pytest.raises(handling.HolderUnknown) as unnamed:
        grant(city, case, revision)
    with pytest.raises(identifying.FaultyNumber) as anothers:
        grant(city, case, revision, uscc=taken)
    with pytest.raises(identifying.FaultyNumber):
        grant(city, case, revision, uscc=NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"))

    assert "统一社会信用代码" in unnamed.value.sentence
    assert "已经属于另一家单位" in anothers.value.sentence
    assert identity.mandates_for(other.id) == []
    assert not licences.list_for_case(case.number)


def test_a_number_with_a_wrong_digit_is_said_and_what_was_typed_stays(city: City, founder: Client) -> None:
    case, _revision = examined(city, founder, COMPANY)
    desk, address = sign_in(city, "qianyiming"), f"/console/cases/{case.number}/acts/grant/"
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    (revision,) = re.findall(r'name="revision" value="(\d+)"', desk.get(address).content.decode())

    page = desk.post(
        address, {"revision": revision, "result:uscc": wrong, "result:name": "新味"}
    ).content.decode()

    assert "第18位校验码不对" in page
    assert f'value="{wrong}"' in page
    assert 'value="新味"' in page
