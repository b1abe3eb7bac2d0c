"""示例市 in one district, from the demo's own data: offices, guides, packages, registers, licences and a small cast."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import tongban
from domains.identity import cast
from granting import grant_what_guides_need
from tongban.domains.cases.types import Consent
from tongban.domains.catalogue import services as catalogue
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.exchange import services as exchange
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import IssueRequest
from tongban.domains.lifeevents import services as lifeevents
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import BirthRecord, EntityRecord, PersonRecord, RelationKind
from tongban.domains.standards import services as standards
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

DATA = Path(tongban.__file__).parent / "demo/data"
PUDONG = "310115"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
RESTAURANT, NEWBORN, DEREGISTER = "OPEN_RESTAURANT", "NEWBORN", "DEREGISTER"
SCOPE, FOOD, FIRE, SEWAGE, TOBACCO, SIGN = (
    "310131002001",
    "310131001001",
    "310138001001",
    "310120001001",
    "310140001001",
    "312033001001",
)
BIRTH, HUKOU, VACCINE, INSURANCE, CARD, MATERNITY, ID_CARD = (
    "310723001001",
    "310709001001",
    "312023001001",
    "312037001001",
    "312014001001",
    "310537001001",
    "310709002001",
)
# A shop of 320 m² that sells cold dishes and tobacco, drains into the sewer and hangs a sign.
BIG_SHOP = {
    "shop.area_m2": 320,
    "food.cold_dishes": True,
    "food.raw_food": False,
    "shop.sells_tobacco": True,
    "shop.discharges_sewage": True,
    "shop.has_signboard": True,
}
CONSENTS = (Consent("TRUTH", 1, "a" * 64, NOW),)


@cache
def data(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def package(code: str) -> dict[str, Any]:
    return dict(data(f"packages/{code}.json"))


def guides(*codes: str) -> list[dict[str, Any]]:
    items = {item["basic_code"] for code in codes for item in package(code)["items"]}
    return [data(f"guides/{item}.json") for item in sorted(items)]


@dataclass
class City:
    """Subjects by the key of the demo's people."""

    subjects: dict[str, UUID]

    def actor(self, key: str, acting_for: str | None = None) -> Actor:
        return Actor(
            ActorKind.CITIZEN,
            uuid4(),
            next(one["name"] for one in data("people.json")["persons"] if one["key"] == key),
            subject_id=self.subjects[key],
            acting_for=self.subjects[acting_for or key],
        )


def build(*codes: str) -> City:
    """The city with these packages."""
    cast.load_city()
    for number, row in enumerate(data("departments.json")):
        _save_department(row, number)
    standards.load_dictionary(data("elements.json"), actor=PLATFORM, at=NOW)
    standards.load_material_types(data("material_types.json"), actor=PLATFORM, at=NOW)
    licences.load_licence_types(data("licence_types.json"), actor=PLATFORM, at=NOW)
    exchange.load_systems(data("systems.json"), actor=PLATFORM, at=NOW)
    exchange.load_resources(data("resources.json"), actor=PLATFORM, at=NOW)
    grant_what_guides_need(guides(*codes), at=NOW)
    report = catalogue.import_guides(guides(*codes), actor=PLATFORM, at=NOW)
    assert report.refused == 0, report.findings
    loaded = lifeevents.import_packages([package(code) for code in codes], actor=PLATFORM, at=NOW)
    assert not loaded.refused, loaded.findings
    return City(_people())


def authorise_mother(city: City, until: datetime = NOW + timedelta(days=90)) -> UUID:
    """周明 lets 林晓 apply for their child."""
    mandate = identity.grant_mandate(
        kind=MandateKind.SPOUSE_AUTHORISATION,
        principal=city.subjects["zhouming"],
        agent=city.subjects["linxiao"],
        basis="另一方父母的授权",
        scope=[NEWBORN],
        valid_to=until,
        actor=city.actor("zhouming"),
        at=NOW,
    )
    return mandate.id


def _save_department(row: dict[str, Any], number: int) -> None:
    common = {
        "short_name": row["short_name"],
        "connection": Connection(row.get("connection", "CONSOLE")),
        "phone": "021-00000001",
        "complaint_phone": "021-00000002",
        "address": "示例路1号",
        "reconsideration_body": "示例市人民政府（示例路100号）",
        "court": "示例区人民法院（示例路200号）",
    }
    city = Department(
        code=row["code"],
        name=row["name"],
        uscc=cast.uscc(100 + number, kind="11", area="310101"),
        division="31",
        level=Level.PROVINCE,
        guided_by=None,
        **common,
    )
    directory.save_department(city, actor=PLATFORM, at=NOW)
    if row["districts"]:
        office = Department(
            code=f"{row['code']}-{PUDONG}",
            name=f"浦东新区{row['short_name']}局（示例）",
            uscc=cast.uscc(300 + number, kind="11"),
            division=PUDONG,
            level=Level.COUNTY,
            guided_by=row["code"],
            **common,
        )
        directory.save_department(office, actor=PLATFORM, at=NOW)


def _people() -> dict[str, UUID]:
    people = data("people.json")
    wanted = {"zhangsan", "lisi", "linxiao", "zhouming", "zhaoqiang", "xiaoguan", "kafei", "shangmao"}
    subjects: dict[str, UUID] = {}
    for row in people["persons"]:
        if row["key"] in wanted:
            subjects[row["key"]] = identity.register_person(
                name=row["name"], number=row["number"], actor=PLATFORM, at=NOW
            ).id
            registers.save_person(_person(row, subjects[row["key"]]), actor=PLATFORM, at=NOW)
    for row in people["entities"]:
        if row["key"] in wanted:
            subjects[row["key"]] = identity.register_entity(
                name=row["name"], number=row["number"], actor=PLATFORM, at=NOW
            ).id
            registers.save_entity(_entity(row, subjects[row["key"]]), actor=PLATFORM, at=NOW)
    for row in people["relations"]:
        if row["subject"] in subjects and row["other"] in subjects:
            registers.relate(
                kind=RelationKind(row["kind"]),
                subject_id=subjects[row["subject"]],
                other_id=subjects[row["other"]],
                reference=row["reference"],
                since_date=date.fromisoformat(row["since_date"]),
                actor=PLATFORM,
                at=NOW,
            )
    for row in people["births"]:
        fields = {name: value for name, value in row.items() if name not in ("mother", "birth_date")}
        registers.save_birth(
            BirthRecord(
                mother_id=subjects[row["mother"]], birth_date=date.fromisoformat(row["birth_date"]), **fields
            ),
            actor=PLATFORM,
            at=NOW,
        )
    _mandates(people["mandates"], subjects)
    _licences(people["licences"], subjects)
    return subjects


def _person(row: dict[str, Any], subject: UUID) -> PersonRecord:
    fields = {name: row[name] for name in PersonRecord.__dataclass_fields__ if name in row}
    return PersonRecord(
        **{**fields, "subject_id": subject, "birth_date": date.fromisoformat(row["birth_date"])}
    )


def _entity(row: dict[str, Any], subject: UUID) -> EntityRecord:
    fields = {name: row[name] for name in EntityRecord.__dataclass_fields__ if name in row}
    founded = date.fromisoformat(row["founded_date"])
    return EntityRecord(**{**fields, "subject_id": subject, "founded_date": founded})


def _mandates(rows: list[dict[str, Any]], subjects: dict[str, UUID]) -> None:
    for row in rows:
        if row["principal"] in subjects and row["agent"] in subjects:
            identity.grant_mandate(
                kind=MandateKind(row["kind"]),
                principal=subjects[row["principal"]],
                agent=subjects[row["agent"]],
                scope=row["scope"],
                basis=row["basis"],
                valid_to=NOW + timedelta(days=row["days"]) if row["days"] else None,
                actor=PLATFORM,
                at=NOW,
            )


def _licences(rows: list[dict[str, Any]], subjects: dict[str, UUID]) -> None:
    for row in rows:
        # The offices of this city are those of one district.
        issuer = row["issuer"].partition("-")[0]
        if row["holder"] in subjects:
            licences.issue(
                IssueRequest(
                    licence_type=row["licence_type"],
                    holder_id=subjects[row["holder"]],
                    holder_name=row["fields"]["name"],
                    issuer=issuer,
                    case_number=None,
                    issued_on=date.fromisoformat(row["issued_on"]),
                    valid_years=row["valid_years"],
                    fields=row["fields"],
                ),
                actor=PLATFORM,
                at=NOW,
            )
