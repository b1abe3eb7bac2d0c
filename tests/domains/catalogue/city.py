"""示例市 with two districts, its dictionaries, and the demo's guides as parsed JSON."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import tongban
from domains.identity import cast
from tongban.domains.catalogue import services
from tongban.domains.catalogue.services import ImportReport
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.exchange import services as exchange
from tongban.domains.licences import services as licences
from tongban.domains.standards import services as standards
from tongban.kernel.actors import PLATFORM

DATA = Path(tongban.__file__).parent / "demo/data"
CITY, HUANGPU, PUDONG, STREET = "3101", "310101", "310115", "310115007"
FOOD, FIRE, HUKOU, CUSTOMS = "310131001001", "310138001001", "310709001001", "312054001001"
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
        _department(number + 1, row["code"], row["name"], CITY, Level.CITY, None, row.get("connection"))
        if row["districts"]:
            for place, division in enumerate((HUANGPU, PUDONG), start=1):
                name = row["name"].replace("示例市", "黄浦区示例" if division == HUANGPU else "浦东新区示例")
                _department(
                    place * 100 + number,
                    f"{row['code']}-{division}",
                    name,
                    division,
                    Level.COUNTY,
                    row["code"],
                    None,
                )
    standards.load_dictionary(_rows("elements"), actor=PLATFORM, at=NOW)
    standards.load_material_types(_rows("material_types"), actor=PLATFORM, at=NOW)
    licences.load_licence_types(_rows("licence_types"), actor=PLATFORM, at=NOW)
    exchange.load_resources(_rows("resources"), actor=PLATFORM, at=NOW)


def import_all(*codes: str) -> ImportReport:
    report = services.import_guides(guides(*codes), actor=PLATFORM, at=NOW)
    assert report.refused == 0, report.findings
    return report


def _rows(name: str) -> list[dict[str, Any]]:
    rows = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    assert isinstance(rows, list)
    return rows


def _department(
    number: int,
    code: str,
    name: str,
    division: str,
    level: Level,
    guided_by: str | None,
    connection: str | None,
) -> None:
    directory.save_department(
        Department(
            code=code,
            name=name,
            short_name=code,
            uscc=cast.uscc(number, kind="11"),
            division=division,
            level=level,
            guided_by=guided_by,
            connection=Connection(connection or "CONSOLE"),
            phone=f"021-5{number:07}",
            complaint_phone=f"021-6{number:07}",
            address="示例路1号",
            reconsideration_body="示例市人民政府",
            court="示例市人民法院",
        ),
        actor=PLATFORM,
        at=NOW,
    )
