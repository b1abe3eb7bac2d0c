"""What the sample city's departments ask of each other, at every stage that a demand can be in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Demand, NewDemand
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.kernel.instants import shanghai_date

Row = Mapping[str, Any]  # Any: parsed JSON of the sample city's own files
A_MONTH, A_DAY = timedelta(days=30), timedelta(days=1)


def make(officers: Iterable[Row], *, at: datetime) -> int:
    """Open, late, refused and disputed, granted, and one for data that nobody has; how many there were."""
    stewards = {row["department"]: row["name"] for row in officers if Role.DATA_STEWARD in row["roles"]}

    def steward(department: str) -> Actor:
        return Actor(
            ActorKind.OFFICER,
            None,
            stewards[department],
            department=department,
            departments=frozenset({department}),
            roles=frozenset({Role.DATA_STEWARD}),
        )

    def ask(department: str, when: datetime, **wanted: Any) -> Demand:  # Any: the columns of a demand
        demand = NewDemand(
            valid_until=shanghai_date(at) + 12 * A_MONTH,
            per_minute=60,
            **{"wanted": "", "fields": (), **wanted},
        )
        return exchange.ask_for_data(demand, department=department, actor=steward(department), at=when)

    ask(
        "WLJ",
        at - A_DAY,
        resource="RK-CONDUCT",
        fields=("is_clear",),
        purpose="核查娱乐场所从业人员",
        items=("310122002001",),
        basis="《娱乐场所管理条例》第五条",
    )
    ask(
        "JYJ",
        at - A_MONTH,
        resource="RK-CONDUCT",
        fields=("is_clear",),
        purpose="核查教职员工",
        items=("310105001001",),
        basis="《中华人民共和国未成年人保护法》第六十二条",
    )
    disputed = ask(
        "SFJ",
        at - 2 * A_DAY,
        resource="RK-FUND",
        fields=("balance_fen",),
        purpose="核对法律援助申请人的经济状况",
        items=("310512001001",),
        basis="《中华人民共和国法律援助法》第四十一条",
    )
    exchange.refuse(
        disputed.id,
        reason="账户余额涉及个人财产，认为不应共享。",
        negative_basis="《中华人民共和国个人信息保护法》第二十八条",
        departments=frozenset({"GJJ"}),
        actor=steward("GJJ"),
        at=at - A_DAY,
    )
    exchange.dispute(
        disputed.id,
        reason="经济困难核查有法律依据，且只查当事人申请时的余额。",
        departments=frozenset({"SFJ"}),
        actor=steward("SFJ"),
        at=at - A_DAY,
    )
    ask(
        "SCJG",
        at - A_DAY,
        resource="",
        wanted="电梯维护保养记录",
        purpose="核对特种设备使用登记",
        items=("310131006001",),
        basis="《中华人民共和国特种设备安全法》第三十三条",
    )
    return 4
