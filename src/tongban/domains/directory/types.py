"""Departments, divisions and windows as other domains see them (机构区划)."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """行使层级, GB/T 39554: the level at which a power is exercised."""

    NATION = "1"
    PROVINCE = "2"
    CITY = "3"
    COUNTY = "4"
    TOWN = "5"
    VILLAGE = "6"


class Connection(StrEnum):
    """How a department works its cases (接入方式)."""

    CONSOLE = "CONSOLE"
    OWN_SYSTEM = "OWN_SYSTEM"
    LINKED_ONLY = "LINKED_ONLY"


@dataclass(frozen=True, slots=True)
class Division:
    """行政区划; `code` has 2, 4, 6 or 9 digits (GB/T 2260 and the statistics edition below the county)."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Department:
    """A body that exercises powers.

    `code` is unique in the installation, e.g. `SCJG` (city) or `SCJG-310115` (its district office).
    """

    code: str
    name: str
    short_name: str
    uscc: str
    division: str
    level: Level
    guided_by: str | None
    """Code of the city department whose substance a district department follows."""
    connection: Connection
    phone: str
    complaint_phone: str
    address: str
    reconsideration_body: str
    """行政复议机关, named in a refusal."""
    court: str
    """Court for 行政诉讼, named in a refusal."""


@dataclass(frozen=True, slots=True)
class Window:
    """A counter where papers can be handed in (窗口)."""

    code: str
    centre: str
    name: str
    address: str
    phone: str
    hours: str
    division: str


@dataclass(frozen=True, slots=True)
class ServiceCentre:
    """A building where departments keep their windows (政务服务中心)."""

    code: str
    name: str
    address: str
    phone: str
    hours: str
    division: str
