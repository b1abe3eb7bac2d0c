"""The plan and the next question of every package of the demo, in processor time of Python: no database, nothing cached between facts.

Run as ``python -m bench.plan [--json]`` from the repository root.
"""

import json
import random
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

import django
from pydantic import TypeAdapter

import tongban
from bench import figures
from bench.figures import Figure
from tongban.domains.catalogue.rules import read_guide
from tongban.domains.catalogue.types import Guide, Procedure, Sources, Substance
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.exchange.types import ResourceStanding
from tongban.domains.lifeevents.rules import asking, planning
from tongban.domains.lifeevents.rules.conditions import compile_package
from tongban.domains.lifeevents.rules.packages import read_package
from tongban.domains.standards.types import DataElement, ElementType
from tongban.kernel.conditions import load_facts
from tongban.kernel.national_calendar import national_calendar

DATA = Path(tongban.__file__).parent / "demo/data"
TODAY = date(2026, 3, 2)
WARM_UP, ROUNDS = 20, 300
TARGET_MS = 5.0
SEED = 20260302
DIVISION = "310115"


def packages() -> Iterator[tuple[str, planning.Basis]]:
    """Each package of the demo with everything its plan is made from."""
    elements = {
        str(row["code"]): TypeAdapter(DataElement).validate_python(row) for row in _read("elements.json")
    }
    fields = {code: one.condition_field for code, one in elements.items() if one.can_stand_in_conditions}
    sources = _sources()
    for path in sorted((DATA / "packages").glob("*.json")):
        package = read_package(json.loads(path.read_text("utf-8")), UUID(int=1))
        guides = {item.basic_code: _guide(item.basic_code) for item in package.items}
        yield (
            package.code,
            planning.Basis(
                package=package,
                division=DIVISION,
                guides=guides,
                conditions=compile_package(package, guides, fields),
                fields=fields,
                elements=elements,
                calendar=national_calendar(),
                today=TODAY,
                sources=dict.fromkeys(guides, sources),
                held=None,
            ),
        )


def measure() -> list[Figure]:
    """The figure of each package and that of the slowest, in the form of ``script/bench --json``."""
    found = {code: _p95_ms(basis) for code, basis in packages()}
    slowest = max(found.values())
    return [
        *(
            figures.at_most(f"plan and next question of {code}, p95", value, "ms", TARGET_MS)
            for code, value in found.items()
        ),
        figures.at_most("plan and next question, the slowest package, p95", slowest, "ms", TARGET_MS),
    ]


def _p95_ms(basis: planning.Basis) -> float:
    chance = random.Random(SEED)  # noqa: S311 - sample facts
    times = []
    for _round in range(WARM_UP + ROUNDS):
        facts = _facts(basis, chance)
        answered = [code for code, value in facts.items() if value is not None]
        started = time.process_time()
        loaded = load_facts(facts, basis.fields)
        asking.ask(basis.conditions, loaded, answered, basis.elements, basis.guides)
        planning.make_plan(basis, loaded, planning.Wishes())
        times.append((time.process_time() - started) * 1000)
    return figures.p95(times[WARM_UP:])


def _facts(basis: planning.Basis, chance: random.Random) -> dict[str, object]:
    """A value, or „不清楚", for every fact the package asks about."""
    asked = sorted(set().union(*(tree.fields for tree in basis.conditions.questions.values())))
    return {code: _value(basis.elements[code], chance) for code in asked}


def _value(element: DataElement, chance: random.Random) -> object:
    if element.element_type is ElementType.BOOL:
        return chance.choice((True, False, None))
    if element.options:
        return chance.choice((None, *(option.value for option in element.options)))
    if element.element_type in (ElementType.INT, ElementType.MONEY):
        return chance.choice((None, 10, 100, 1_000))
    return None


def _sources() -> Sources:
    """Everything the demo's catalogue lists is granted."""
    types = _read("material_types.json")
    return Sources(
        licence_types={str(one["code"]): str(one["licence_type"]) for one in types if one["licence_type"]},
        resources={str(one["code"]): str(one["resource"]) for one in types if one.get("resource")},
        standings={
            str(one["code"]): ResourceStanding(
                resource=str(one["code"]),
                name=str(one["name"]),
                provider=str(one["provider"]),
                provider_name=str(one["provider"]),
                is_live=True,
                granted_to=str(one["provider"]),
                fields=(),
                quality=None,
            )
            for one in _read("resources.json")
        },
    )


def _guide(basic_code: str) -> Guide:
    document = read_guide(json.loads((DATA / f"guides/{basic_code}.json").read_text("utf-8")))
    office = Department(
        code=document.department,
        name=document.department,
        short_name=document.department,
        uscc="",
        division=DIVISION,
        level=Level.COUNTY,
        guided_by=None,
        connection=Connection.CONSOLE,
        phone="",
        complaint_phone="",
        address="",
        reconsideration_body="",
        court="",
    )
    shared = {
        name: getattr(document, name)
        for name in Substance.__dataclass_fields__
        if hasattr(document, name) and name != "department"
    }
    identifier = UUID(int=int(basic_code))
    procedure = document.procedure
    return Guide(
        substance=Substance(
            power_id=identifier, version_id=identifier, version=1, department=office, **shared
        ),
        procedure=Procedure(
            implementation_id=identifier,
            version_id=identifier,
            version=1,
            implementation_code=basic_code,
            department=office,
            division=DIVISION,
            level=procedure.level,
            promised_days=procedure.promised_days,
            visits=procedure.visits,
            visits_reason=procedure.visits_reason,
            channels=procedure.channels,
            steps=procedure.steps,
            windows=(),
            enquiry_phone="",
            complaint_phone="",
            external_link="",
        ),
    )


def _read(name: str) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = json.loads((DATA / name).read_text("utf-8"))
    return found


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure)
