"""三个一律 as a report at the console: whose items are in it, the finding in a sentence, the table and the CSV."""

import csv
from io import StringIO

import pytest
from django.test import Client

from sites import city as cities
from sites.city import City
from sites.conftest import sign_in
from tongban.domains.catalogue import services as catalogue
from tongban.domains.identity import services as identity
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db


def officer(city: City, department: str, role: Role) -> Client:
    name = f"report-{department.lower()}-{role.lower().replace('_', '-')}"
    city.accounts[name] = cities.open_account(name, "示例", None)
    identity.appoint_officer(
        account_id=city.accounts[name],
        department=department,
        post="示例岗",
        roles=[role],
        actor=PLATFORM,
        at=cities.NOW,
    )
    return sign_in(city, name)


def test_an_office_sees_what_its_guiding_department_keeps_and_no_more(city: City) -> None:
    page = officer(city, "SCJG-310115", Role.SUPERVISOR).get("/console/materials/").content.decode()

    assert "份材料，现在要" in page
    assert "食品安全规章制度目录清单" in page
    assert "只有申请人自己有" in page
    assert "排水户内部排水管网和预处理设施图" not in page
    assert "一天一天地少" not in page


def test_the_data_bureau_sees_the_city_and_how_it_fell(city: City) -> None:
    catalogue.record_baseline(actor=PLATFORM, at=cities.NOW.replace(month=1))
    catalogue.record_audit(actor=PLATFORM, at=cities.NOW)

    page = officer(city, "DSJ", Role.DATA_STEWARD).get("/console/materials/").content.decode()

    assert "排水户内部排水管网和预处理设施图" in page
    assert "接入证照库和数据共享之前" in page
    assert "仍要纸质材料或证照复印件的事项 0 个" in page


def test_the_csv_has_every_material_with_verdict_and_proof(city: City) -> None:
    response = officer(city, "SCJG", Role.EDITOR).get("/console/materials.csv")

    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    (manager,) = [
        row for row in rows if row["材料"] == "食品安全管理人员考核信息" and row["事项编码"] == "310131001001"
    ]
    assert manager["判定"] == "部门调取，取不到才请补交"
    assert manager["从哪里取得"] == "示例市市场监督管理局·经营主体登记信息"
    assert "食品安全法》第三十三条" in manager["依据"]
    assert {row["部门"] for row in rows} == {"示例市市场监督管理局"}


def test_who_handles_cases_only_finds_no_report(city: City) -> None:
    browser = officer(city, "SCJG-310115", Role.ACCEPTOR)

    with clock.standing_at(cities.NOW):
        assert browser.get("/console/materials/").status_code == 404
        assert browser.get("/console/materials.csv").status_code == 404
