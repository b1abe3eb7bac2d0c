"""The shared cast and the departments it meets, built through the services.

Resident numbers carry birth years before 1900, so that they belong to nobody alive.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from uuid import UUID

from stdnum.cn import uscc as stdnum_uscc

from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.identity import selectors as identity_selectors
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind, Subject
from tongban.kernel.actors import PLATFORM, Actor, Role
from tongban.kernel.divisions import DivisionRegister
from tongban.kernel.identifiers.org_code import check_character as org_check
from tongban.kernel.identifiers.resident_id import check_character

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
PASSWORD = "示例-Demo-2026"
REGISTER = DivisionRegister(
    MappingProxyType(
        {
            "31": "上海市",
            "3101": "市辖区",
            "310101": "黄浦区",
            "310115": "浦东新区",
            "310115007": "陆家嘴街道",
            "310115009": "周家渡街道",
            "51": "四川省",
            "5116": "广安市",
            "511602": "广安区",
        }
    ),
    frozenset(),
)


def resident_number(sequence: int, born: str = "18900101") -> str:
    """A resident number that passes its check and belongs to nobody."""
    body = f"310101{born}{sequence:03}"
    return body + check_character(body)


def uscc(sequence: int, kind: str = "91", area: str = "310115") -> str:
    """A USCC that passes both its checks."""
    organisation = f"{sequence:08}"
    body = f"{kind}{area}{organisation}{org_check(organisation)}"
    return body + str(stdnum_uscc.calc_check_digit(body))


def load_city() -> None:
    directory.load_divisions(local="31", actor=PLATFORM, at=NOW, register=REGISTER)


def department(code: str, sequence: int = 1, **changes: object) -> Department:
    """A city department saved with plausible values; `changes` override fields."""
    values: dict[str, object] = {
        "code": code,
        "name": f"示例市{code}局",
        "short_name": code,
        "uscc": uscc(sequence, kind="11", area="310000"),
        "division": "31",
        "level": Level.CITY,
        "guided_by": None,
        "connection": Connection.CONSOLE,
        "phone": "021-50000001",
        "complaint_phone": "021-50000002",
        "address": "示例路1号",
        "reconsideration_body": "示例市人民政府",
        "court": "示例铁路运输法院",
    }
    return directory.save_department(
        Department(**{**values, **changes}),  # type: ignore[arg-type]
        actor=PLATFORM,
        at=NOW,
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account bound to her."""

    account_id: UUID
    subject: Subject
    number: str
    actor: Actor


def person(name: str, sequence: int, username: str, email: str = "") -> Person:
    number = resident_number(sequence)
    subject = identity.register_person(name=name, number=number, actor=PLATFORM, at=NOW)
    account_id = identity.open_account(
        username=username, password=PASSWORD, email=email, name=name, actor=PLATFORM, at=NOW
    )
    identity.bind_subject(account_id=account_id, subject_id=subject.id, actor=PLATFORM, at=NOW)
    return Person(account_id, subject, number, identity_selectors.actor_for(account_id, at=NOW))


def zhang_san() -> Person:
    return person("张三", 1, "zhangsan", "zhangsan@example.com")


def li_si() -> Person:
    return person("李四", 2, "lisi", "lisi@example.com")


def small_restaurant(legal_representative: Person | None = None) -> Subject:
    """示例小馆, represented by somebody if given."""
    entity = identity.register_entity(name="示例小馆", number=uscc(88), actor=PLATFORM, at=NOW)
    if legal_representative is not None:
        identity.grant_mandate(
            kind=MandateKind.LEGAL_REPRESENTATIVE,
            principal=entity.id,
            agent=legal_representative.subject.id,
            basis="营业执照",
            actor=PLATFORM,
            at=NOW,
        )
    return entity


def officer(username: str, name: str, department_code: str, *roles: Role) -> Actor:
    account_id = identity.open_account(
        username=username, password=PASSWORD, name=name, actor=PLATFORM, at=NOW
    )
    identity.appoint_officer(
        account_id=account_id,
        department=department_code,
        post="科员",
        roles=roles or (Role.ACCEPTOR,),
        actor=PLATFORM,
        at=NOW,
    )
    return identity_selectors.actor_for(account_id, at=NOW)


def wang_min(department_code: str = "SCJG") -> Actor:
    return officer("wangmin", "王敏", department_code, Role.ACCEPTOR, Role.EXAMINER)


def newborn(mother: UUID, *, born: date = date(2026, 2, 20)) -> Subject:
    """A child of hers who has no number yet."""
    return identity.register_newborn(
        name="示例宝", birth_date=born, mother=mother, father=None, actor=PLATFORM, at=NOW
    )
