"""How a provider is reached (接入方式)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class WayKind(StrEnum):
    """A resource without a way is answered by a register that the platform holds."""

    HTTP = "HTTP"  # 部门的接口
    POSTGRES = "POSTGRES"  # 部门的数据库


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one resource.

    `address` is the service's base URL or the database's; `description` the service's OpenAPI document, empty for a database;
    `mapping` says how a request and an answer read there (docs/exchange.md). `at_once` calls may be under way in a process.
    """

    resource: str
    kind: WayKind
    address: str
    mapping: Mapping[str, Any]  # Any: parsed JSON; `rules.ways` checks it
    description: Mapping[str, Any]  # Any: likewise
    timeout_ms: int = 3_000
    at_once: int = 8
    is_safe_to_retry: bool = False
    is_logged: bool = False
    """Whether the provider keeps a log of its own, with which ours is compared."""
    credential_header: str = ""
    credential: str = ""
