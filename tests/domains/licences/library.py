"""The licence library of the tests: the demo's types, and a request that fits one of them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import tongban
from domains.identity import cast
from tongban.domains.identity.types import Subject
from tongban.domains.licences import services
from tongban.domains.licences.types import IssueRequest
from tongban.kernel.actors import PLATFORM

TODAY = date(2026, 3, 2)
TYPES = Path(tongban.__file__).parent / "demo/data/licence_types.json"


def load_types() -> None:
    """The city with the departments that issue, and the demo's licence types."""
    cast.load_city()
    rows = json.loads(TYPES.read_text("utf-8"))
    for number, code in enumerate(sorted({row["issuer_kind"] for row in rows})):
        cast.department(code, number + 1)
    services.load_licence_types(rows, actor=PLATFORM, at=cast.NOW)


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
