"""Whether a package holds together, and its JSON form."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop
from pydantic import TypeAdapter, ValidationError

from tongban.domains.lifeevents.types import Package, PackageItem
from tongban.kernel.conditions import ConditionError, FieldDictionary, compile_tree
from tongban.kernel.errors import TongbanError

Row = Mapping[str, object]

_PACKAGE: TypeAdapter[Package] = TypeAdapter(Package)
AUDIENCES = frozenset({"PERSON", "ENTERPRISE"})


class FaultyPackage(TongbanError):
    """The file contradicts itself or names what does not exist; nothing of it was loaded."""

    code: ClassVar[str] = "FAULTY_PACKAGE"
    default_sentence: ClassVar[str] = gettext_noop("套餐定义有误，没有保存。")


def read_package(row: Row, package_id: UUID) -> Package:
    """The package a JSON row describes; raises :class:`FaultyPackage` naming the field at fault."""
    try:
        return _PACKAGE.validate_python({**row, "id": package_id})
    except ValidationError as error:
        where = error.errors()[0]
        place = ".".join(str(part) for part in where["loc"])
        raise FaultyPackage(f"package {row.get('code')!r}: {place}: {where['msg']}") from error


def write_package(package: Package) -> dict[str, Any]:  # Any: plain JSON values
    """The package as its JSON row, without the id of this installation."""
    document: dict[str, Any] = _PACKAGE.dump_python(package, mode="json")
    document.pop("id")
    return document


def require_sound(package: Package, fields: FieldDictionary) -> None:
    """Raises :class:`FaultyPackage` with everything that is wrong with the package, by name."""
    faults = [*_item_faults(package), *_order_faults(package), *_condition_faults(package, fields)]
    if package.audience not in AUDIENCES:
        faults.append(f"audience {package.audience!r} is none of {sorted(AUDIENCES)}")
    if faults:
        raise FaultyPackage(f"package {package.code}: {'; '.join(faults)}")


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


def _item_faults(package: Package) -> list[str]:
    codes = [item.basic_code for item in package.items]
    faults = []
    if not codes:
        faults.append("no items")
    if len(set(codes)) != len(codes):
        faults.append(f"items given twice: {sorted({code for code in codes if codes.count(code) > 1})}")
    leads = sum(item.is_lead for item in package.items)
    if leads != 1:
        faults.append(f"{leads} leading items, there must be one")
    return faults


def _order_faults(package: Package) -> list[str]:
    codes = {item.basic_code for item in package.items}
    faults = [
        f"{item.basic_code} waits for {one.needs}, which is not in the package"
        for item in package.items
        for one in item.after
        if one.needs not in codes
    ]
    faults += [
        f"{item.basic_code} opens no case and cannot be part of an order"
        for item in package.items
        if item.guidance_only and item.after
    ]
    guidance = {item.basic_code for item in package.items if item.guidance_only}
    faults += [
        f"{item.basic_code} waits for {one.needs}, which opens no case"
        for item in package.items
        for one in item.after
        if one.needs in guidance
    ]
    graph = {item.basic_code: [one.needs for one in item.after] for item in package.items}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        faults.append(f"items wait for each other: {error.args[1]}")
    return faults


def _condition_faults(package: Package, fields: FieldDictionary) -> list[str]:
    faults = []
    for item in package.items:
        if item.when is None:
            continue
        try:
            compile_tree(item.when, fields)
        except ConditionError as error:
            faults.append(f"{item.basic_code}: {error}")
    return faults
