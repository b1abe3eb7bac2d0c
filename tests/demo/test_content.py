"""The sample city's data: every file parses, every reference resolves, no guide breaks a rule of the checker."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from domains.catalogue.city import background
from tongban import demo
from tongban.domains.catalogue.rules import check_guide, read_guide
from tongban.domains.directory.types import Connection
from tongban.domains.eforms.types import SubjectRole
from tongban.domains.identity.rules import mandate_fault
from tongban.domains.identity.types import MandateKind, SubjectKind
from tongban.domains.lifeevents.types import OnRefusal
from tongban.domains.registers.types import RelationKind
from tongban.domains.standards.rules import element_fault
from tongban.domains.standards.types import DataElement, ElementType, Option
from tongban.kernel.actors import Role
from tongban.kernel.clock.pauses import PauseReason
from tongban.kernel.conditions import FieldDictionary, compile_tree
from tongban.kernel.divisions import national_divisions
from tongban.kernel.identifiers import validate_resident_id, validate_uscc
from tongban.kernel.identifiers.item_code import ItemCodeScheme, validate_item_code
from tongban.kernel.instants import start_of_day

DATA = Path(demo.__file__).parent / "data"
CITY = "31"
DISTRICTS = 16
OPENING_DAY = date(2026, 3, 2)
# Numbers of the living are never used: everybody of the cast was born before this year.
FIRST_YEAR_OF_THE_LIVING = 1900

Row = dict[str, Any]  # Any: parsed JSON


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def folder(name: str) -> dict[str, Row]:
    paths = sorted((DATA / name).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def element(row: Row) -> DataElement:
    rest = {name: value for name, value in row.items() if name not in ("element_type", "options")}
    options = tuple(Option(**option) for option in row["options"])
    return DataElement(element_type=ElementType(row["element_type"]), options=options, **rest)


ELEMENTS = [element(row) for row in load("elements.json")]
ELEMENT_BY_CODE = {one.code: one for one in ELEMENTS}
FIELDS: FieldDictionary = {one.code: one.condition_field for one in ELEMENTS if one.can_stand_in_conditions}
DEPARTMENTS = {row["code"]: row for row in load("departments.json")}
RESOURCES = {row["code"]: row for row in load("resources.json")}
LICENCE_TYPES = {row["code"]: row for row in load("licence_types.json")}
MATERIAL_TYPES = {row["code"]: row for row in load("material_types.json")}
GUIDES = folder("guides")
PACKAGES = folder("packages")
PEOPLE: dict[str, list[Row]] = load("people.json")
OFFICERS_DIVISIONS = {one["division"] for one in PEOPLE["officers"]} - {CITY}
ROLES: defaultdict[str, set[str]] = defaultdict(set)
for _officer in PEOPLE["officers"]:
    ROLES[_officer["department"]].update(_officer["roles"])

BACKGROUND = background()

each_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES.keys())
each_package = pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES.keys())


def trees(guide: Row) -> list[Row]:
    """Condition trees over facts."""
    owners = [*guide["situations"], *guide["materials"], *guide["form"]]
    return [owner["when"] for owner in owners if owner["when"] is not None]


def fields_of(tree: object) -> frozenset[str]:
    return compile_tree(tree, FIELDS).fields


def texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from texts(child)


# Dictionaries


@pytest.mark.parametrize(
    "name",
    ["elements.json", "departments.json", "resources.json", "licence_types.json", "material_types.json"],
)
def test_codes_of_a_dictionary_are_unique(name: str) -> None:
    counted = Counter(row["code"] for row in load(name))

    assert [code for code, count in counted.items() if count > 1] == []


def test_department_numbers_are_unique() -> None:
    numbers = [row["number"] for row in DEPARTMENTS.values()]

    assert len(set(numbers)) == len(numbers)
    assert {row.get("connection", "CONSOLE") for row in DEPARTMENTS.values()} <= set(Connection)


@pytest.mark.parametrize("one", ELEMENTS, ids=[one.code for one in ELEMENTS])
def test_elements_are_well_defined_and_their_source_has_the_field(one: DataElement) -> None:
    assert element_fault(one) == ""
    if one.resource is not None:
        assert one.resource_field in {field["name"] for field in RESOURCES[one.resource]["fields"]}


def test_resources_and_licence_types_name_known_departments() -> None:
    assert {row["provider"] for row in RESOURCES.values()} <= set(DEPARTMENTS)
    assert {row["issuer_kind"] for row in LICENCE_TYPES.values()} <= set(DEPARTMENTS)


def test_licence_types_have_a_number_of_their_own() -> None:
    serials = [row["serial"] for row in LICENCE_TYPES.values()]

    assert len(set(serials)) == len(serials)
    assert all(len(serial) == 3 and serial.isdigit() for serial in serials)
    assert {kind for row in LICENCE_TYPES.values() for kind in row["holder_kinds"]} <= set(SubjectKind)


@pytest.mark.parametrize("row", LICENCE_TYPES.values(), ids=LICENCE_TYPES.keys())
def test_licence_types_name_what_there_is(row: Row) -> None:
    assert {one["element"] for one in row["contents"]} - {""} <= set(ELEMENT_BY_CODE)
    assert {row.get("renewed_by", "")} - {""} <= set(GUIDES)
    assert set(row.get("depends_on", ())) <= set(LICENCE_TYPES)
    if row.get("renewed_by"):
        issued = {result["licence_type"] for result in GUIDES[row["renewed_by"]]["results"]}
        assert row["code"] in issued


def test_twenty_licence_types_are_complete() -> None:
    complete = [
        row["code"]
        for row in LICENCE_TYPES.values()
        if len(row["contents"]) >= 4 and "told_apart_by" in row and not row.get("is_document")
    ]

    assert len(complete) >= 20


def test_material_types_name_known_licences_and_no_name_twice() -> None:
    names = Counter(row["name"] for row in MATERIAL_TYPES.values())

    assert [name for name, count in names.items() if count > 1] == []
    licences = {row["licence_type"] for row in MATERIAL_TYPES.values()} - {None}
    assert licences <= set(LICENCE_TYPES)


# Guides


def test_there_are_sixty_guides_over_eighteen_departments() -> None:
    assert len(GUIDES) >= 60
    assert len({guide["department"] for guide in GUIDES.values()}) >= 18
    assert len({guide["name"] for guide in GUIDES.values()}) == len(GUIDES)


@each_guide
def test_guides_obey_every_rule_of_the_checker(guide: Row) -> None:
    findings = check_guide(read_guide(guide), BACKGROUND)

    assert [(finding.rule, finding.text) for finding in findings] == []


@each_guide
def test_basic_codes_name_area_kind_and_department(guide: Row) -> None:
    code = guide["basic_code"]

    assert validate_item_code(code, ItemCodeScheme.BASIC).valid
    assert GUIDES[code] is guide
    number = DEPARTMENTS[guide["department"]]["number"]
    assert code[:6] == CITY + guide["kind"] + number


@each_guide
def test_district_items_have_district_offices(guide: Row) -> None:
    procedure = guide["procedure"]
    by_districts = procedure["implemented_by"] == "DISTRICTS"

    assert not by_districts or DEPARTMENTS[guide["department"]]["districts"]
    assert procedure["level"] == ("4" if by_districts else "3")


@each_guide
def test_everything_local_to_a_guide_resolves(guide: Row) -> None:
    bases = {basis["id"] for basis in guide["legal_basis"]}
    materials = {material["code"] for material in guide["materials"]}
    situations = {situation["code"] for situation in guide["situations"]}
    citing = [*guide["conditions"], *guide["materials"], *guide["points"]]

    assert bases >= set(chain.from_iterable(part["basis"] for part in citing))
    assert all(part["basis"] for part in citing)
    assert materials >= set(chain.from_iterable(part["evidence"] for part in guide["conditions"]))
    assert materials >= {point["material"] for point in guide["points"]} - {None}
    limited = [*guide["materials"], *guide["form"]]
    assert situations >= set(chain.from_iterable(part["situations"] for part in limited))


@each_guide
def test_materials_come_from_the_dictionaries(guide: Row) -> None:
    roles = set(SubjectRole)
    for material in guide["materials"]:
        entry = MATERIAL_TYPES[material["material_type"]]
        # The dictionary's name or a common one, with the holder's name in front where there are several.
        assert material["name"].endswith((entry["name"], *entry["aliases"]))
        assert material["licence_type"] in {None, *LICENCE_TYPES}
        assert material["licence_holder"] in roles
        assert material["resource"] in {None, *RESOURCES}
        assert material["produced_by"] in {None, *GUIDES}
        assert (material["necessity"] == "DEFERRABLE") == (material["defer_days"] is not None)


@each_guide
def test_what_another_item_produces_is_the_licence_it_issues(guide: Row) -> None:
    for material in guide["materials"]:
        if material["produced_by"] is None:
            continue
        issued = {result["licence_type"] for result in GUIDES[material["produced_by"]]["results"]}
        assert material["licence_type"] in issued


@each_guide
def test_forms_ask_known_elements_once_a_role(guide: Row) -> None:
    asked = [(entry["role"], entry["element"]) for entry in guide["form"]]

    assert len(set(asked)) == len(asked)
    assert {role for role, _ in asked} <= set(SubjectRole)
    assert {code for _, code in asked} <= set(ELEMENT_BY_CODE)


@each_guide
def test_facts_that_decide_are_asked_in_words_of_life(guide: Row) -> None:
    facts = frozenset(chain.from_iterable(fields_of(tree) for tree in trees(guide)))

    assert [code for code in sorted(facts) if not ELEMENT_BY_CODE[code].question] == []
    assert [code for code in sorted(facts) if not ELEMENT_BY_CODE[code].why] == []


@each_guide
def test_checks_of_a_machine_read_what_the_form_asks(guide: Row) -> None:
    asked = {f"{entry['role']}.{entry['element']}": entry["element"] for entry in guide["form"]}
    by_key = {key: replace(FIELDS[code], name=key) for key, code in asked.items() if code in FIELDS}
    checks = [point["check"] for point in guide["points"] if point["check"] is not None]

    for check in checks:
        assert compile_tree(check, by_key).fields <= set(by_key)


@each_guide
def test_situations_with_conditions_leave_no_one_out(guide: Row) -> None:
    """Where a code decides, its options are spread over the situations without gap or overlap."""
    conditions = [one["when"] for one in guide["situations"] if one["when"] is not None]
    compiled = [compile_tree(tree, FIELDS) for tree in conditions]
    facts = frozenset(chain.from_iterable(condition.fields for condition in compiled))
    if len(facts) != 1:
        return
    (code,) = facts
    found = ELEMENT_BY_CODE[code]
    values: list[bool | str] = [option.value for option in found.options]
    if found.element_type is ElementType.BOOL:
        values = [True, False]

    applying = {value: sum(one.decide({code: value}).verdict is True for one in compiled) for value in values}

    assert applying == dict.fromkeys(values, 1)


@each_guide
def test_guides_speak_plainly_and_whole(guide: Row) -> None:
    assert guide["summary"].endswith("。")
    assert len(set(guide["aliases"])) >= 4
    assert guide["themes"]
    assert len(guide["faqs"]) >= (2 if guide["procedure"]["steps"][0]["kind"] == "ACCEPTANCE" else 1)
    assert all(faq["question"].endswith("？") and faq["answer"].endswith("。") for faq in guide["faqs"])
    assert all(material["sample"].startswith("示例") for material in guide["materials"])
    assert all(result["sample"].startswith("示例") for result in guide["results"])
    assert not any("有关规定" in basis["article"] for basis in guide["legal_basis"])


@each_guide
def test_remote_words_agree_with_visits(guide: Row) -> None:
    visits = guide["procedure"]["visits"]

    assert visits == 0 or not any("全程网办" in text for text in texts(guide))
    assert (visits > 0) == bool(guide["procedure"]["visits_reason"])


@each_guide
def test_conditions_hold_no_material(guide: Row) -> None:
    names = {material["name"] for material in guide["materials"]}
    names |= {MATERIAL_TYPES[material["material_type"]]["name"] for material in guide["materials"]}
    hidden = [one["text"] for one in guide["conditions"] for name in names if name in one["text"]]

    assert hidden == []


@each_guide
def test_on_site_checks_have_time_and_pauses_are_of_the_law(guide: Row) -> None:
    reasons = set(PauseReason)
    for procedure in guide["special_procedures"]:
        assert procedure["pause"] in {None, *reasons}
        assert procedure["max_days"] >= 5
        if procedure["pause"] is None:
            assert procedure["max_days"] <= guide["procedure"]["promised_days"]


@each_guide
def test_licences_are_issued_by_the_department_of_the_guide(guide: Row) -> None:
    for result in guide["results"]:
        if result["licence_type"] is not None:
            assert LICENCE_TYPES[result["licence_type"]]["issuer_kind"] == guide["department"]


# Packages


@each_package
def test_packages_hold_known_items_with_one_lead(package: Row) -> None:
    items = package["items"]
    codes = [item["basic_code"] for item in items]

    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(GUIDES)
    assert [GUIDES[item["basic_code"]]["department"] for item in items if item["is_lead"]] == [
        package["lead_department"]
    ]
    assert {item["on_refusal"] for item in items} <= set(OnRefusal)
    assert len(set(package["aliases"])) >= 4


@each_package
def test_conditions_of_a_package_are_questions_people_understand(package: Row) -> None:
    conditions = [item["when"] for item in package["items"] if item["when"] is not None]
    facts = frozenset(chain.from_iterable(fields_of(tree) for tree in conditions))

    assert facts
    assert all(ELEMENT_BY_CODE[code].question.endswith("？") for code in facts)
    assert all(ELEMENT_BY_CODE[code].why for code in facts)


@each_package
def test_items_wait_only_for_items_before_them(package: Row) -> None:
    seen: set[str] = set()
    for item in package["items"]:
        assert {dependency["needs"] for dependency in item["after"]} <= seen
        assert all(dependency["reason"] for dependency in item["after"])
        seen.add(item["basic_code"])


@each_package
def test_what_the_package_produces_is_waited_for(package: Row) -> None:
    inside = {item["basic_code"] for item in package["items"]}
    after = {item["basic_code"]: {one["needs"] for one in item["after"]} for item in package["items"]}
    for code in inside:
        needed = {material["produced_by"] for material in GUIDES[code]["materials"]} & inside
        assert needed <= after[code]


@each_package
def test_packages_waive_materials_and_name_known_roles(package: Row) -> None:
    materials = [
        material for item in package["items"] for material in GUIDES[item["basic_code"]]["materials"]
    ]

    assert any(one["licence_type"] or one["resource"] for one in materials)
    assert {check["licence_type"] for check in package["licence_checks"]} <= set(LICENCE_TYPES)
    roles = {one["role"] for one in [*package["licence_checks"], *package["authorisations"]]}
    assert roles <= set(SubjectRole)


def longest_path(package: Row) -> int:
    ends: dict[str, int] = {}
    for item in package["items"]:
        start = max((ends[one["needs"]] for one in item["after"]), default=0)
        ends[item["basic_code"]] = start + GUIDES[item["basic_code"]]["procedure"]["promised_days"]
    return max(ends.values())


def test_a_newborn_is_done_within_five_working_days() -> None:
    assert longest_path(PACKAGES["NEWBORN"]) == 5


def test_deregistration_is_clearance_then_registration_then_four_at_once() -> None:
    package = PACKAGES["DEREGISTER"]
    first, second, *others = package["items"]

    assert (first["after"], second["after"][0]["needs"]) == ([], first["basic_code"])
    assert {one["after"][0]["needs"] for one in others} == {second["basic_code"]}
    assert len(others) == 4
    assert longest_path(package) == 10 + 1 + 1


def test_social_insurance_in_arrears_is_left_out_of_deregistration() -> None:
    item = next(one for one in PACKAGES["DEREGISTER"]["items"] if one["basic_code"] == "312014002001")
    condition = compile_tree(item["when"], FIELDS)

    verdicts = [
        condition.decide({"entity.has_insured_staff": True, "entity.has_social_arrears": arrears}).verdict
        for arrears in (False, True)
    ]

    assert verdicts == [True, False]


def test_parents_who_are_not_married_bring_a_declaration() -> None:
    materials = GUIDES["310709001001"]["materials"]
    facts = {"parents.is_married": False}

    wanted = [
        one["name"]
        for one in materials
        if one["when"] is not None and compile_tree(one["when"], FIELDS).decide(facts).verdict is True
    ]

    assert wanted == ["亲子关系声明"]


# Search


def test_search_queries_expect_what_exists() -> None:
    queries = load("search_queries.json")
    words = [row["query"] for row in queries]

    assert len(set(words)) == len(words) >= 60
    assert all(row["expected"] for row in queries)
    assert {code for row in queries for code in row["expected"]} <= {*GUIDES, *PACKAGES}
    assert {"kaifandian", "kcyd", "sbk", "社宝卡"} <= set(words)


# People


def test_resident_numbers_are_valid_and_nobodys() -> None:
    for person in PEOPLE["persons"]:
        number = person["number"]
        assert validate_resident_id(number, today=OPENING_DAY).valid
        assert number.startswith(CITY)
        assert number[6:14] == person["birth_date"].replace("-", "")
        assert int(number[6:10]) < FIRST_YEAR_OF_THE_LIVING
        assert (int(number[16]) % 2 == 1) == (person["sex"] == "1")


def test_entities_have_valid_numbers_of_the_city() -> None:
    for entity in PEOPLE["entities"]:
        assert validate_uscc(entity["number"]).valid
        assert entity["number"][0] == "9"
        assert entity["number"][2:4] == CITY
        assert entity["name"].startswith("示例")


def test_keys_and_numbers_of_the_cast_are_unique() -> None:
    subjects = [*PEOPLE["persons"], *PEOPLE["entities"]]

    assert len({one["key"] for one in subjects}) == len(subjects)
    assert len({one["number"] for one in subjects}) == len(subjects)
    named = [*PEOPLE["persons"], *PEOPLE["officers"]]
    usernames = [one["username"] for one in named if one["username"]]
    assert len(set(usernames)) == len(usernames)


def test_what_is_said_of_the_cast_resolves() -> None:
    persons = {one["key"] for one in PEOPLE["persons"]}
    entities = {one["key"] for one in PEOPLE["entities"]}
    everyone = persons | entities

    for relation in PEOPLE["relations"]:
        assert relation["kind"] in set(RelationKind)
        assert {relation["subject"], relation["other"]} <= everyone
    assert {one["mother"] for one in PEOPLE["births"]} <= persons
    assert {one["subject"] for one in PEOPLE["premises"]} <= everyone
    represented = [one["other"] for one in PEOPLE["relations"] if one["kind"] == "LEGAL_REPRESENTATIVE"]
    assert Counter(represented) == Counter(entities)


def test_mandates_are_ones_identity_takes() -> None:
    kinds = {one["key"]: SubjectKind.PERSON for one in PEOPLE["persons"]}
    kinds |= {one["key"]: SubjectKind.ENTITY for one in PEOPLE["entities"]}
    start, end = start_of_day(OPENING_DAY), start_of_day(date(2026, 9, 1))
    for mandate in PEOPLE["mandates"]:
        valid_to = end if mandate["days"] else None
        assert kinds[mandate["agent"]] is SubjectKind.PERSON
        fault = mandate_fault(MandateKind(mandate["kind"]), kinds[mandate["principal"]], start, valid_to)
        assert fault == ""
        assert set(mandate["scope"]) <= {*PACKAGES, *GUIDES}


def test_licences_of_the_cast_fit_their_type_and_issuer() -> None:
    subjects = {one["key"]: SubjectKind.PERSON for one in PEOPLE["persons"]}
    subjects |= {one["key"]: SubjectKind.ENTITY for one in PEOPLE["entities"]}
    for licence in PEOPLE["licences"]:
        kind = LICENCE_TYPES[licence["licence_type"]]
        assert subjects[licence["holder"]] in kind["holder_kinds"]
        assert licence["issuer"].split("-")[0] == kind["issuer_kind"]
        assert set(licence["fields"]) <= {one["name"] for one in kind["contents"]}
        assert date.fromisoformat(licence["issued_on"]) <= OPENING_DAY


def test_officers_serve_twenty_departments_in_all_districts() -> None:
    officers = PEOPLE["officers"]

    assert len(officers) >= 40
    assert len({one["department"].split("-")[0] for one in officers}) >= 20
    assert len(OFFICERS_DIVISIONS) == DISTRICTS
    assert all(national_divisions().is_current(division) for division in OFFICERS_DIVISIONS)
    for officer in officers:
        department, _, division = officer["department"].partition("-")
        assert (division or CITY) == officer["division"]
        assert not division or DEPARTMENTS[department]["districts"]
        assert set(officer["roles"]) <= set(Role)


@each_guide
def test_every_item_has_officers_to_the_end(guide: Row) -> None:
    """In each district, or in the city for its own items, somebody accepts, examines and decides."""
    procedure = guide["procedure"]
    if procedure["steps"][0]["kind"] != "ACCEPTANCE":
        return
    suffixes = (
        [f"-{one}" for one in OFFICERS_DIVISIONS] if procedure["implemented_by"] == "DISTRICTS" else [""]
    )

    for suffix in suffixes:
        assert ROLES[guide["department"] + suffix] >= {"ACCEPTOR", "EXAMINER", "DECIDER"}


def test_every_department_has_an_editor_and_a_second_person() -> None:
    for code in {guide["department"] for guide in GUIDES.values()}:
        assert ROLES[code] >= {"EDITOR", "PUBLISHER"}
