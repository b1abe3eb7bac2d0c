"""Departments, divisions and windows as other domains see them (机构区划)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, StringConstraints

from tongban.kernel.documents import STRICT

Code = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Address = Annotated[str, StringConstraints(max_length=200)]
Phone = Annotated[str, StringConstraints(max_length=32)]
Hours = Annotated[str, StringConstraints(max_length=128)]


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

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Code
    name: Name
    short_name: Code
    uscc: str
    division: str
    level: Level
    guided_by: str | None
    """Code of the city department whose substance a district department follows."""
    connection: Connection
    phone: Phone
    complaint_phone: Phone
    address: Address
    reconsideration_body: Annotated[str, StringConstraints(max_length=128)]
    """行政复议机关, named in a refusal."""
    court: Annotated[str, StringConstraints(max_length=128)]
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

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Code
    name: Name
    address: Address
    phone: Phone
    hours: Hours
    division: str


@dataclass(frozen=True, slots=True)
class DivisionRecord:
    """A division of this city that the nation's list does not have, or not yet under this name (e.g. a development zone)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3})?$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """A window as an import brings it: the code of its centre, and of the departments for which it takes papers."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Code
    centre: str
    name: Name
    phone: Phone
    """Empty: the centre's."""
    hours: Hours
    departments: tuple[str, ...]
