"""Whether a package holds together, and its JSON form."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from tongban.domains.eforms.types import SubjectRole
from tongban.domains.lifeevents.types import Package, PackageItem
from tongban.kernel.conditions import ConditionError, FieldDictionary, compile_tree
from tongban.kernel.documents import Fault, document_schema, read_document

Row = Mapping[str, object]

PACKAGE: TypeAdapter[Package] = TypeAdapter(Package)
# Items have digits where packages have a word.
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
AUDIENCES = frozenset({"PERSON", "ENTERPRISE"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a package may name."""

    fields: FieldDictionary
    departments: Container[str]
    items: Container[str]
    licence_types: Container[str]


def read_package(row: Row, package_id: UUID) -> Package:
    """The package a JSON row describes; raises `DocumentRefused` naming the fields at fault."""
    return read_document(PACKAGE, {**row, "id": str(package_id)})


def write_package(package: Package) -> dict[str, Any]:  # Any: plain JSON values
    """The package as its JSON row, without the id of this installation."""
    document: dict[str, Any] = PACKAGE.dump_python(package, mode="json")
    document.pop("id")
    return document


def package_schema() -> dict[str, Any]:  # Any: plain JSON values
    """JSON Schema (2020-12) of such a row, as it is kept in `data/package.schema.json`."""
    schema = document_schema(PACKAGE, "Package")
    properties = {name: value for name, value in schema["properties"].items() if name != "id"}
    return {
        **schema,
        "properties": properties,
        "required": [one for one in schema["required"] if one != "id"],
    }


def may_be_package(code: str) -> bool:
    """Whether a life event may have that code; an item may have it as well, where a list has codes of its own."""
    return _CODE.fullmatch(code) is not None


def faults(package: Package, surroundings: Surroundings) -> Iterator[Fault]:
    """Everything that is wrong with the package; none when it holds together."""
    if not may_be_package(package.code):
        yield Fault("code", package.code, "应为大写字母开头，由大写字母、数字和下划线组成")
    if package.audience not in AUDIENCES:
        yield Fault("audience", package.audience, f"应为{'或'.join(sorted(AUDIENCES))}")
    if package.lead_department not in surroundings.departments:
        yield Fault("lead_department", package.lead_department, "机构目录里没有这个部门")
    yield from _item_faults(package, surroundings.items)
    yield from _order_faults(package)
    yield from _condition_faults(package, surroundings.fields)
    yield from _licence_faults(package, surroundings.licence_types)


def in_order(items: Sequence[PackageItem]) -> tuple[PackageItem, ...]:
    """The items so that each stands behind those it needs, otherwise as the package lists them."""
    codes = {item.basic_code for item in items}
    done: dict[str, PackageItem] = {}
    waiting = list(items)
    while waiting:
        still_waiting = []
        for item in waiting:
            if all(one.needs in done or one.needs not in codes for one in item.after):
                done[item.basic_code] = item
            else:
                still_waiting.append(item)
        assert len(still_waiting) < len(waiting), "a sound package has no cycle"
        waiting = still_waiting
    return tuple(done.values())


def _item_faults(package: Package, known: Container[str]) -> Iterator[Fault]:
    leads = sum(item.is_lead for item in package.items)
    if leads != 1:
        yield Fault("items", str(leads), "牵头事项应有且只有一个")
    seen: set[str] = set()
    for place, item in _items(package):
        if item.basic_code in seen:
            yield Fault(f"{place}.basic_code", item.basic_code, "同一套餐中重复的事项")
        elif item.basic_code not in known:
            yield Fault(f"{place}.basic_code", item.basic_code, "事项目录里没有这个事项")
        seen.add(item.basic_code)


def _order_faults(package: Package) -> Iterator[Fault]:
    opens_case = {item.basic_code: not item.guidance_only for item in package.items}
    for place, item in _items(package):
        if item.guidance_only and item.after:
            yield Fault(f"{place}.after", item.basic_code, "不产生办件的事项不能排先后")
        for one in item.after:
            if one.needs not in opens_case:
                yield Fault(f"{place}.after", one.needs, "套餐里没有这个前置事项")
            elif not opens_case[one.needs]:
                yield Fault(f"{place}.after", one.needs, "前置事项不产生办件，等不到结果")
    graph = {item.basic_code: [one.needs for one in item.after] for item in package.items}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield Fault("items", " → ".join(error.args[1]), "事项互相等待")


def _condition_faults(package: Package, fields: FieldDictionary) -> Iterator[Fault]:
    for place, item in _items(package):
        if item.when is None:
            continue
        try:
            compile_tree(item.when, fields)
        except ConditionError as error:
            yield Fault(f"{place}.when", item.basic_code, f"办理条件有误：{error}")


def _licence_faults(package: Package, known: Container[str]) -> Iterator[Fault]:
    roles = {role.value for role in SubjectRole}
    for number, check in enumerate(package.licence_checks):
        if check.licence_type not in known:
            yield Fault(f"licence_checks.{number}.licence_type", check.licence_type, "没有这种证照类型")
        if check.role not in roles:
            yield Fault(f"licence_checks.{number}.role", check.role, "没有这种主体角色")
    for number, one in enumerate(package.authorisations):
        if one.role not in roles:
            yield Fault(f"authorisations.{number}.role", one.role, "没有这种主体角色")


def _items(package: Package) -> Iterator[tuple[str, PackageItem]]:
    for number, item in enumerate(package.items):
        yield f"items.{number}", item
