"""Who acts: passed to every service, written to every audit entry."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    CITIZEN = "CITIZEN"
    OFFICER = "OFFICER"
    DEPARTMENT_SYSTEM = "DEPARTMENT_SYSTEM"
    PLATFORM = "PLATFORM"


class Role(StrEnum):
    """What an officer's post allows (岗位角色)."""

    ACCEPTOR = "ACCEPTOR"  # 受理
    EXAMINER = "EXAMINER"  # 审查
    DECIDER = "DECIDER"  # 决定
    EDITOR = "EDITOR"  # 事项编辑
    PUBLISHER = "PUBLISHER"  # 发布审核
    SUPERVISOR = "SUPERVISOR"  # 监督
    OPERATOR = "OPERATOR"  # 平台运行
    LICENCE_KEEPER = "LICENCE_KEEPER"  # 证照管理
    DATA_STEWARD = "DATA_STEWARD"  # 数据管理：本部门的目录、授权、质量；数据局的管全市
    PRIVACY_OFFICER = "PRIVACY_OFFICER"  # 个人信息保护负责人 (个人信息保护法 §52)


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting person, department system or the platform itself.

    `acting_for` is the subject (person or legal entity) in whose name a citizen acts; equal to `subject_id` when she acts for herself.
    `departments` are the codes an officer may act for: her own and those of colleagues she covers for.
    """

    kind: ActorKind
    account_id: UUID | None
    name: str
    subject_id: UUID | None = None
    acting_for: UUID | None = None
    department: str | None = None
    division: str | None = None
    departments: frozenset[str] = field(default_factory=frozenset)
    roles: frozenset[Role] = field(default_factory=frozenset)

    def has_role(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)

    @property
    def is_officer(self) -> bool:
        return self.kind is ActorKind.OFFICER


PLATFORM = Actor(kind=ActorKind.PLATFORM, account_id=None, name="平台")
