"""What the sample city's departments were granted: for each item the data of its materials, by the providers."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Grant
from tongban.kernel.actors import PLATFORM

Document = Mapping[str, Any]  # Any: parsed JSON of the sample city's own files
PURPOSE = "办理政务服务事项"
BASIS = "《政务数据共享条例》；事项实施清单中可以共享的材料"
TERM = timedelta(days=3 * 365)
CALLS_A_MINUTE = 6000


def needed(
    guides: Iterable[Document], packages: Iterable[Document], resources: Iterable[Document], *, at: datetime
) -> list[Grant]:
    """One grant for each department and conditional resource that its items' materials come from, for these items and their packages."""
    conditional = {row["code"]: row for row in resources if row["sharing"] == "2"}
    in_packages: dict[str, list[str]] = {}
    for package in packages:
        for item in package["items"]:
            in_packages.setdefault(item["basic_code"], []).append(package["code"])
    items: dict[tuple[str, str], dict[str, None]] = {}
    for guide in guides:
        for material in guide["materials"]:
            if material.get("resource") in conditional:
                own = items.setdefault((guide["department"], material["resource"]), {})
                own.update(dict.fromkeys([guide["basic_code"], *in_packages.get(guide["basic_code"], ())]))
    return [
        Grant(
            resource=resource,
            department=department,
            fields=tuple(field["name"] for field in conditional[resource]["fields"]),
            purpose=PURPOSE,
            valid_from=at,
            valid_to=at + TERM,
            items=tuple(codes),
            per_minute=CALLS_A_MINUTE,
            basis=BASIS,
        )
        for (department, resource), codes in sorted(items.items())
    ]


def give(grants: Iterable[Grant], *, at: datetime) -> int:
    """Write them; how many there were."""
    given = [exchange.grant_access(grant, actor=PLATFORM, at=at) for grant in grants]
    return len(given)
