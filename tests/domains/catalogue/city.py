"""示例市 with two districts, its dictionaries, and the demo's guides as parsed JSON."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import tongban
from domains.identity import cast
from granting import grant_what_guides_need
from tongban.domains.catalogue import services
from tongban.domains.catalogue.rules import Background, MaterialName
from tongban.domains.catalogue.services import ImportReport
from tongban.domains.catalogue.types import Sources
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import ResourceStanding
from tongban.domains.licences import services as licences
from tongban.domains.lifeevents import services as lifeevents
from tongban.domains.standards import services as standards
from tongban.domains.standards.types import DataElement, ElementType, Option
from tongban.kernel.actors import PLATFORM

DATA = Path(tongban.__file__).parent / "demo/data"
CITY, HUANGPU, PUDONG, STREET = "3101", "310101", "310115", "310115007"
DISTRICTS = {HUANGPU: "黄浦区", PUDONG: "浦东新区"}
FOOD, FIRE, HUKOU = "310131001001", "310138001001", "310709001001"
FUND = "312041001001"
"""An item of a city department without district offices."""
NOW = cast.NOW


@cache
def _demo_guides() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text("utf-8")) for path in sorted((DATA / "guides").glob("*.json")))


def guides(*codes: str) -> list[dict[str, Any]]:
    """The demo's guides, all of them unless codes are named; yours to change."""
    return [copy.deepcopy(one) for one in _demo_guides() if not codes or one["basic_code"] in codes]


def guide(code: str = FOOD) -> dict[str, Any]:
    return guides(code)[0]


def load() -> None:
    """Divisions, departments and dictionaries; no item yet."""
    cast.load_city()
    rows = json.loads((DATA / "departments.json").read_text("utf-8"))
    for number, row in enumerate(rows):
        code = row["code"]
        department(number + 1, code, row["name"], CITY, Level.CITY, None, row.get("connection", "CONSOLE"))
        for place, (division, name) in enumerate(DISTRICTS.items() if row["districts"] else (), start=1):
            office = row["name"].replace("示例市", f"{name}示例")
            department(place * 100 + number, f"{code}-{division}", office, division, Level.COUNTY, code)
    standards.load_dictionary(_rows("elements"), actor=PLATFORM, at=NOW)
    standards.load_material_types(_rows("material_types"), actor=PLATFORM, at=NOW)
    licences.load_licence_types(_rows("licence_types"), actor=PLATFORM, at=NOW)
    exchange.load_systems(_rows("systems"), actor=PLATFORM, at=NOW)
    exchange.load_resources(_rows("resources"), actor=PLATFORM, at=NOW)


def load_with_some_items() -> None:
    load()
    import_all(FOOD, FIRE, HUKOU, FUND, "312037001001", "310723001001", "310131002001")


def load_with_everything() -> None:
    load()
    import_all()
    packages = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "packages").glob("*.json"))]
    loaded = lifeevents.import_packages(packages, actor=PLATFORM, at=NOW)
    assert not loaded.refused, loaded.findings


def import_all(*codes: str) -> ImportReport:
    grant_what_guides_need(guides(*codes), at=NOW)
    report = services.import_guides(guides(*codes), actor=PLATFORM, at=NOW)
    assert report.refused == 0, report.findings
    return report


def _rows(name: str) -> list[dict[str, Any]]:
    rows = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    assert isinstance(rows, list)
    return rows


def department(
    number: int,
    code: str,
    name: str,
    division: str,
    level: str,
    guided_by: str | None = None,
    connection: str = "CONSOLE",
) -> None:
    directory.save_department(
        Department(
            code=code,
            name=name,
            short_name=code,
            uscc=cast.uscc(number, kind="11"),
            division=division,
            level=Level(level),
            guided_by=guided_by,
            connection=Connection(connection),
            phone=f"021-5{number:07}",
            complaint_phone=f"021-6{number:07}",
            address="示例路1号",
            reconsideration_body="示例市人民政府",
            court="示例市人民法院",
        ),
        actor=PLATFORM,
        at=NOW,
    )


@cache
def background() -> Background:
    """What the demo's dictionaries say, without a database."""
    elements = [_element(row) for row in _rows("elements")]
    return Background(
        fields={one.code: one.condition_field for one in elements if one.can_stand_in_conditions},
        elements=frozenset(one.code for one in elements),
        options={
            one.code: tuple(option.value for option in one.options)
            for one in elements
            if one.options and one.scheme is None
        },
        materials={
            row["code"]: MaterialName(row["name"], tuple(row["aliases"]), row["licence_type"])
            for row in _rows("material_types")
        },
        licence_types=frozenset(row["code"] for row in _rows("licence_types")),
        sources=sources(),
        basic_codes=frozenset(one["basic_code"] for one in _demo_guides()),
        needs={
            one["basic_code"]: frozenset(m["produced_by"] for m in one["materials"] if m["produced_by"])
            for one in _demo_guides()
        },
    )


@cache
def sources() -> Sources:
    """What the demo's dictionary, licence types and resources supply, each granted to whoever needs it."""
    types = _rows("material_types")
    return Sources(
        licence_types={row["code"]: row["licence_type"] for row in types if row["licence_type"]},
        resources={row["code"]: row["resource"] for row in types if row.get("resource")},
        standings={row["code"]: standing(row["code"]) for row in _rows("resources")},
    )


def standing(resource: str, **changes: Any) -> ResourceStanding:
    given = {
        "name": "人口基本信息",
        "provider": "GA",
        "provider_name": "示例市公安局",
        "is_live": True,
        "granted_to": "SCJG",
        "fields": ("name",),
        "quality": None,
    }
    return ResourceStanding(resource=resource, **{**given, **changes})


def _element(row: dict[str, Any]) -> DataElement:
    given = {**row, "options": tuple(Option(**option) for option in row["options"])}
    return DataElement(**{**given, "element_type": ElementType(row["element_type"])})
