"""The sample city: departments, people, firms, officers, guides and packages, all 示例.

Every step goes through the domains' own services, as an operator's would, so the city holds nothing a real one could not.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password

from tongban.demo import city_life, demands, grants
from tongban.domains.catalogue import services as catalogue
from tongban.domains.directory import selectors as directory
from tongban.domains.directory import services as directory_services
from tongban.domains.directory.types import Division, Level
from tongban.domains.exchange import services as exchange
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import IssueRequest
from tongban.domains.lifeevents import services as lifeevents
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import (
    BirthRecord,
    EntityRecord,
    PersonRecord,
    PremisesRecord,
    RelationKind,
)
from tongban.domains.standards import services as standards
from tongban.foundation.imports import ImportReport
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers.uscc import compose_uscc

DATA = Path(__file__).resolve().parent / "data"
PASSWORD = "shili-2026-tongban"  # noqa: S105 - the sample city's public password
SINCE_FOUNDATION = timedelta(days=60)
HOURS = "周一至周五 9:00 至 17:00（法定节假日除外）"
_PERSON = (
    "sex",
    "ethnicity",
    "household_address",
    "household_number",
    "is_household_head",
    "is_employee_insured",
    "insured_division",
)
_BODY_SERIAL = 3_101_000
"""Sample bodies carry credit codes made here: registrar 1, type 1, division 310000, a running number, both check characters computed."""


class SeedRefused(Exception):
    """The sample data does not fit the platform's own rules; the message names each fault."""


def seed(*, at: datetime, say: Callable[[str], None]) -> None:
    """Write the whole sample city in an empty database: founded some weeks ago, alive since, ready at `at`."""
    city, founded_at = settings.CATALOGUE_REGION, at - SINCE_FOUNDATION
    say("divisions of the nation")
    directory_services.load_divisions(local=city, actor=PLATFORM, at=founded_at)
    say("departments, service centres, windows and officers")
    report = identity.import_organisation(
        organisation(city, directory.list_districts()),
        actor=PLATFORM,
        at=founded_at,
        encoded_password=_encoded_password(),
    )
    _require_taken(report)
    say("data elements, material dictionary, licence types, resources")
    standards.load_dictionary(read("elements"), actor=PLATFORM, at=founded_at)
    standards.load_material_types(read("material_types"), actor=PLATFORM, at=founded_at)
    licences.load_licence_types(read("licence_types"), actor=PLATFORM, at=founded_at)
    exchange.load_systems(read("systems"), actor=PLATFORM, at=founded_at)
    exchange.load_resources(read("resources"), actor=PLATFORM, at=founded_at)
    exchange.load_quality_rules(read("quality_rules"), actor=PLATFORM, at=founded_at)
    say("guides")
    _guides(founded_at)
    say("life events")
    packages = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "packages").glob("*.json"))
    ]
    _require_taken(lifeevents.import_packages(packages, actor=PLATFORM, at=founded_at))
    say("grants of the data that the items need")
    needed = grants.needed(_guide_documents(), packages, read("resources"), at=founded_at)
    say(f"{grants.give(needed, at=founded_at)} grants")
    catalogue.record_baseline(actor=PLATFORM, at=founded_at)
    say("cases of the weeks before")
    say(f"{city_life.live(at=at)} cases")
    say("people, firms and licences of the cast")
    write_people(read("people"), at)
    say(f"{demands.make(read('people')['officers'], at=at)} demands between departments")
    catalogue.record_audit(actor=PLATFORM, at=at)
    say("quality of the registers")
    exchange.run_all_quality(actor=PLATFORM, at=at)


@cache
def read(name: str) -> Any:
    """A data file of the sample city, parsed."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def organisation(city: str, districts: Sequence[Division]) -> Mapping[str, list[dict[str, object]]]:
    """The sample city's departments, centres, windows and officers, as an operator's file brings them."""
    departments = []
    serial = _BODY_SERIAL
    for entry in read("departments"):
        serial += 100
        departments.append(_body(entry, entry["code"], entry["name"], city, Level.CITY, None, serial))
        for number, district in enumerate(districts if entry["districts"] else (), start=1):
            name = entry["name"].replace("示例市", f"示例市{district.name}", 1)
            code = f"{entry['code']}-{district.code}"
            office = _body(entry, code, name, district.code, Level.COUNTY, entry["code"], serial + number)
            departments.append(office)
    return {
        "departments": departments,
        "centres": [_service_centre(one.code, one.name) for one in districts],
        "windows": [_window(one.code, number, departments) for one in districts for number in (1, 2)],
        "officers": [_officer(one) for one in read("people")["officers"]],
    }


def _body(
    entry: Mapping[str, Any],
    code: str,
    name: str,
    division: str,
    level: Level,
    guided_by: str | None,
    serial: int,
) -> dict[str, object]:
    place = "示例市" if guided_by is None else name.removesuffix(entry["name"].removeprefix("示例市"))
    return {
        "code": code,
        "name": name,
        "short_name": entry["short_name"],
        "uscc": compose_uscc("11", "310000", f"{serial:08d}"),
        "division": division,
        "level": level,
        "guided_by": guided_by,
        "connection": entry.get("connection", "CONSOLE"),
        "phone": f"000-{serial % 10_000_000:07d}",
        "complaint_phone": "000-12345",
        "address": f"{place}示例路{serial % 100 + 1}号",
        "reconsideration_body": f"{place}人民政府",
        "court": f"{place}人民法院",
    }


def _service_centre(division: str, name: str) -> dict[str, object]:
    return {
        "code": f"ZX-{division}",
        "name": f"{name}政务服务中心（示例）",
        "address": f"示例市{name}示例大道1号",
        "phone": f"000-{division}0",
        "hours": HOURS,
        "division": division,
    }


def _window(division: str, number: int, departments: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {
        "code": f"ZX-{division}-{number:02d}",
        "centre": f"ZX-{division}",
        "name": f"综合窗口{number:02d}",
        "phone": f"000-{division}{number}",
        "hours": HOURS,
        "departments": [one["code"] for one in departments if one["division"] == division],
    }


def _officer(officer: Mapping[str, Any]) -> dict[str, object]:
    return {name: officer[name] for name in ("username", "name", "department", "post", "roles")}


def _guides(at: datetime) -> None:
    _require_taken(catalogue.import_guides(_guide_documents(), actor=PLATFORM, at=at))


def _guide_documents() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "guides").glob("*.json"))]


def _require_taken(report: ImportReport) -> None:
    refused = [one for one in report.findings if one.is_refused]
    if refused:
        lines = (f"row {one.row}, {one.field}: {one.value} ({one.reason})" for one in refused)
        raise SeedRefused("\n".join(lines))


def write_people(people: Mapping[str, list[dict[str, Any]]], at: datetime) -> None:
    """People, firms, how they are related, their licences and mandates, as in people.json."""
    subjects: dict[str, UUID] = {}
    encoded = _encoded_password()
    for person in people["persons"]:
        subjects[person["key"]] = _person(person, encoded, at)
    for entity in people["entities"]:
        subjects[entity["key"]] = _entity(entity, at)
    for relation in people["relations"]:
        registers.relate(
            kind=RelationKind(relation["kind"]),
            subject_id=subjects[relation["subject"]],
            other_id=subjects[relation["other"]],
            since_date=date.fromisoformat(relation["since_date"]),
            reference=relation["reference"],
            actor=PLATFORM,
            at=at,
        )
    for birth in people["births"]:
        values = {key: value for key, value in birth.items() if key not in ("mother", "birth_date")}
        day = date.fromisoformat(birth["birth_date"])
        registers.save_birth(
            BirthRecord(mother_id=subjects[birth["mother"]], birth_date=day, **values), actor=PLATFORM, at=at
        )
    for premises in people["premises"]:
        values = {key: value for key, value in premises.items() if key != "subject"}
        registers.save_premises(
            PremisesRecord(subject_id=subjects[premises["subject"]], **values), actor=PLATFORM, at=at
        )
    names = {one["key"]: one["name"] for one in (*people["persons"], *people["entities"])}
    for number, licence in enumerate(people["licences"], start=1):
        _licence(licence, subjects[licence["holder"]], names[licence["holder"]], number, at)
    for verifier in read("verifiers"):
        licences.register_verifier(**verifier, phone="", actor=PLATFORM, at=at)
    for mandate in people["mandates"]:
        identity.grant_mandate(
            kind=MandateKind(mandate["kind"]),
            principal=subjects[mandate["principal"]],
            agent=subjects[mandate["agent"]],
            basis=mandate["basis"],
            scope=mandate["scope"],
            valid_to=at + timedelta(days=mandate["days"]) if mandate["days"] else None,
            actor=PLATFORM,
            at=at,
        )


def _encoded_password() -> str:
    """One hash for all of them: hashing is slow on purpose, and their password is public."""
    return make_password(PASSWORD)


def _person(person: Mapping[str, Any], encoded_password: str, at: datetime) -> UUID:
    subject = identity.register_person(name=person["name"], number=person["number"], actor=PLATFORM, at=at)
    values = {key: person[key] for key in _PERSON if key in person}
    birth_date = date.fromisoformat(person["birth_date"])
    registers.save_person(
        PersonRecord(subject_id=subject.id, birth_date=birth_date, **values), actor=PLATFORM, at=at
    )
    if person.get("username"):
        account = identity.open_account(
            username=person["username"],
            password=None,
            encoded_password=encoded_password,
            name=person["name"],
            email=f"{person['username']}@example.invalid",
            actor=PLATFORM,
            at=at,
        )
        identity.bind_subject(account_id=account, subject_id=subject.id, actor=PLATFORM, at=at)
    return subject.id


def _entity(entity: Mapping[str, Any], at: datetime) -> UUID:
    subject = identity.register_entity(name=entity["name"], number=entity["number"], actor=PLATFORM, at=at)
    values = {
        key: value for key, value in entity.items() if key not in ("key", "name", "number", "founded_date")
    }
    founded = date.fromisoformat(entity["founded_date"])
    registers.save_entity(
        EntityRecord(subject_id=subject.id, founded_date=founded, **values), actor=PLATFORM, at=at
    )
    return subject.id


def _licence(licence: Mapping[str, Any], holder: UUID, holder_name: str, number: int, at: datetime) -> None:
    licences.issue(
        IssueRequest(
            licence_type=licence["licence_type"],
            holder_id=holder,
            holder_name=holder_name,
            issuer=licence["issuer"],
            case_number=f"STOCK-{number:06d}",
            issued_on=date.fromisoformat(licence["issued_on"]),
            valid_years=licence["valid_years"],
            fields=licence["fields"],
        ),
        actor=PLATFORM,
        at=at,
    )
