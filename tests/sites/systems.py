"""Credentials of the API for a department's system, which stands in the register first."""

from datetime import datetime
from uuid import uuid4

from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Grade, SystemKind
from tongban.kernel.actors import PLATFORM
from tongban.sites.openapi import clients
from tongban.sites.openapi.clients import NewClient


def register(department: str, at: datetime) -> str:
    """The code of a new system of the department."""
    code = f"T-{uuid4().hex[:12]}"
    exchange.register_system(
        code=code,
        name="示例系统",
        kind=SystemKind.SYSTEM,
        owner=department,
        contact="000-12345",
        grade=Grade.CONNECTED_BOTH_WAYS,
        actor=PLATFORM,
        at=at,
    )
    return code


def credentials(department: str, at: datetime) -> NewClient:
    return clients.create_client(system=register(department, at), at=at)
