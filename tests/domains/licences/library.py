"""The library these tests keep: the sample city's licence types, and food licences of 示例小馆."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import tongban
from domains.identity import cast
from tongban.domains.identity.types import Subject
from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import Ground, IssueRequest, LicenceAction, Notice, SignalKind
from tongban.domains.standards import services as standards
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.ids import new_id
from tongban.kernel.national_calendar import national_calendar

TODAY = date(2026, 3, 2)
TYPES = Path(tongban.__file__).parent / "demo/data/licence_types.json"
GROUND = Ground("中华人民共和国行政许可法", "第七十条", "企业注销", case_number="CASE-9")


def load_types() -> None:
    """The city with the departments that issue, the demo's data elements and licence types."""
    cast.load_city()
    elements = json.loads(TYPES.with_name("elements.json").read_text("utf-8"))
    standards.load_dictionary(elements, actor=PLATFORM, at=cast.NOW)
    rows = json.loads(TYPES.read_text("utf-8"))
    for number, code in enumerate(sorted({row["issuer_kind"] for row in rows})):
        cast.department(code, number + 1)
    services.load_licence_types(rows, actor=PLATFORM, at=cast.NOW)


def officer(*roles: Role, department: str = "SCJG", name: str = "王敏") -> Actor:
    return Actor(
        kind=ActorKind.OFFICER,
        account_id=new_id(),
        name=name,
        department=department,
        departments=frozenset({department}),
        roles=frozenset(roles),
    )


def citizen(subject: Subject, *, acting_for: Subject | None = None) -> Actor:
    principal = acting_for or subject
    return Actor(
        kind=ActorKind.CITIZEN,
        account_id=new_id(),
        name=subject.name,
        subject_id=subject.id,
        acting_for=principal.id,
    )


def request(holder: Subject, **changes: Any) -> IssueRequest:
    values = {
        "licence_type": "SPJYXKZ",
        "holder_id": holder.id,
        "holder_name": holder.name,
        "issuer": "SCJG",
        "case_number": None,
        "issued_on": TODAY,
        "valid_years": 5,
        "fields": {"name": holder.name, "food_business": "餐饮服务经营者"},
    }
    return IssueRequest(**{**values, **changes})


def issue(holder: Subject, **changes: Any) -> Any:
    """A licence that a case granted; `CASE-1` unless another is named."""
    changes.setdefault("case_number", "CASE-1")
    return services.issue(request(holder, **changes), actor=PLATFORM, at=cast.NOW)


def decide(number: str, action: LicenceAction, *, at: datetime = cast.NOW) -> None:
    """Suspend, revoke or annul a licence by a proceeding that was decided at an instant, its holder having been silent."""
    keeper = officer(Role.LICENCE_KEEPER, department=selectors.get_by_number(number).issuer)
    decider = officer(Role.DECIDER, department=keeper.department or "")
    told = at - timedelta(days=20)
    one = services.open_proceeding(
        number, signal=SignalKind.INSPECTION, text="现场不符", actor=keeper, at=told
    )
    notice = Notice(action, "中华人民共和国食品安全法", "第一百二十六条", "现场不符")
    services.notify(one.id, notice, calendar=national_calendar(), actor=keeper, at=told)
    services.decide(one.id, reason="属实", actor=decider, at=at)
