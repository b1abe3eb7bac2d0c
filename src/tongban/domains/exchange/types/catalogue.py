"""Resources of the data catalogue, and who may read them (数据目录与共享)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """政务信息资源: what a department can supply.

    Sharing is 1 unconditional, 2 conditional, 3 none (国发〔2016〕51号).
    """

    code: str
    name: str
    provider: str
    provider_name: str
    fields: tuple[str, ...]
    sharing: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """授权共享: a department may read these fields of a conditional resource for a purpose within a term."""

    resource: str
    department: str
    fields: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_to: datetime | None
