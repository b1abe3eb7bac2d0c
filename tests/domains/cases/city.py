"""The city these tests happen in: two departments, two items, 示例小馆 and five officers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from tongban.domains.cases import services
from tongban.domains.cases.types import (
    ActReceipt,
    ApplicationReceipt,
    Consent,
    NewCase,
    Submission,
    TickMark,
)
from tongban.domains.catalogue.types import (
    ApplicantKind,
    Channel,
    Condition,
    ExaminationPoint,
    FormElement,
    Guide,
    Handling,
    ItemResult,
    LegalBasis,
    Material,
    MaterialForm,
    MaterialSource,
    Necessity,
    PowerKind,
    Procedure,
    ResultKind,
    SpecialProcedure,
    Stage,
    Substance,
)
from tongban.domains.directory import services as directory
from tongban.domains.directory.models import Division
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.eforms import selectors as eforms
from tongban.domains.eforms.types import Answer, Attachment, AttachmentStatus, Origin
from tongban.domains.identity import services as identity
from tongban.domains.licences import services as licences
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.instants import SHANGHAI

PUDONG = "310115"
FOOD_OFFICE = "SCJG-310115"
FIRE_OFFICE = "XFJY-310115"


def at(month: int, day: int, hour: int = 9, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


RECEIVED_AT = at(3, 2)  # Monday


def department(code: str, name: str, uscc: str) -> Department:
    return Department(
        code=code,
        name=name,
        short_name=name[:4],
        uscc=uscc,
        division=PUDONG,
        level=Level.COUNTY,
        guided_by=None,
        connection=Connection.CONSOLE,
        phone="021-00000001",
        complaint_phone="021-00000002",
        address="示例路1号",
        reconsideration_body="示例区人民政府（示例路100号）",
        court="示例区人民法院（示例路200号）",
    )


DEPARTMENTS = {
    FOOD_OFFICE: department(FOOD_OFFICE, "示例区市场监督管理局", "91350100M000100Y43"),
    FIRE_OFFICE: department(FIRE_OFFICE, "示例区消防救援局", "12441500196720244T"),
}


def point(code: str, stage: Stage, text: str, check: dict[str, object] | None = None) -> ExaminationPoint:
    return ExaminationPoint(code, stage, text, text, None, ("b1",), check)


def material(code: str, name: str, necessity: Necessity) -> Material:
    return Material(
        code=code,
        name=name,
        material_type=f"MT-{code}",
        source=MaterialSource.APPLICANT,
        issuer="申请人",
        form=MaterialForm.ELECTRONIC,
        copies=0,
        necessity=necessity,
        sample="示例",
        basis=("b1",),
        situations=(),
        when=None,
        licence_type=None,
        licence_holder="APPLICANT",
        resource=None,
        produced_by=None,
        defer_days=5 if necessity is Necessity.DEFERRABLE else None,
    )


def make_guide(
    *,
    name: str,
    basic_code: str,
    office: str,
    uscc: str,
    statutory_days: int,
    promised_days: int,
    results: tuple[ItemResult, ...] = (),
) -> Guide:
    substance = Substance(
        power_id=uuid4(),
        version_id=uuid4(),
        version=3,
        basic_code=basic_code,
        name=name,
        kind=PowerKind.LICENSING,
        department=DEPARTMENTS[office],
        summary="示例",
        aliases=(),
        audience=(ApplicantKind.ENTERPRISE,),
        themes=(),
        handling=Handling.COMMITTED,
        statutory_days=statutory_days,
        is_joint=False,
        allows_promise=True,
        legal_basis=(
            LegalBasis("b1", "中华人民共和国食品安全法", "第三十五条", "国家对食品生产经营实行许可制度。"),
        ),
        conditions=(Condition("c1", "布局合理，生熟分开。", ("b1",), ("m1",)),),
        situations=(),
        materials=(
            material("m1", "经营场所布局图", Necessity.REQUIRED),
            material("m2", "食品安全制度目录", Necessity.DEFERRABLE),
        ),
        form=(FormElement("shop.area_m2", "PREMISES", True, (), None),),
        points=(
            point(
                "a1",
                Stage.ACCEPTANCE,
                "面积已填写",
                {"field": "PREMISES.shop.area_m2", "op": "ge", "value": 1},
            ),
            point("e1", Stage.EXAMINATION, "布局流程合理"),
            point("e2", Stage.EXAMINATION, "配备食品安全管理人员"),
        ),
        special_procedures=(
            SpecialProcedure("SITE", "现场核查", None, 5),
            SpecialProcedure("TEST", "检测", "TESTING", 10),
        ),
        fees=(),
        results=results,
        faqs=(),
        effective_from=date(2026, 1, 1),
        effective_to=None,
    )
    procedure = Procedure(
        implementation_id=uuid4(),
        version_id=uuid4(),
        version=2,
        implementation_code=f"{uscc}4{basic_code}",
        department=DEPARTMENTS[office],
        division=PUDONG,
        level=Level.COUNTY,
        promised_days=promised_days,
        visits=0,
        visits_reason="",
        channels=(Channel.ONLINE,),
        steps=(),
        windows=(),
        enquiry_phone="021-00000001",
        complaint_phone="021-00000002",
        external_link="",
    )
    return Guide(substance, procedure)


FOOD = make_guide(
    name="食品经营许可（示例）",
    basic_code="310131001001",
    office=FOOD_OFFICE,
    uscc="91350100M000100Y43",
    statutory_days=20,
    promised_days=10,
    results=(ItemResult("食品经营许可证", ResultKind.LICENCE, "SPJYXKZ", 5, "示例", "ENTERPRISE"),),
)
FIRE = make_guide(
    name="消防安全检查（示例）",
    basic_code="310138001001",
    office=FIRE_OFFICE,
    uscc="12441500196720244T",
    statutory_days=10,
    promised_days=5,
)
GUIDES = {(guide.substance.version_id, guide.procedure.version_id): guide for guide in (FOOD, FIRE)}


def officer(*roles: Role, office: str = FOOD_OFFICE, name: str = "王敏") -> Actor:
    return Actor(
        kind=ActorKind.OFFICER,
        account_id=uuid4(),
        name=name,
        department=office,
        division=PUDONG,
        departments=frozenset({office}),
        roles=frozenset(roles),
    )


WANG_MIN = officer(Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER)
FIRE_OFFICER = officer(Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER, office=FIRE_OFFICE, name="赵强")


def typed(value: object) -> Answer:
    return Answer(value, Origin.TYPED)


ANSWERS = {
    "ENTERPRISE.entity.name": Answer("示例小馆", Origin.PREFILLED, "示例市法人库", RECEIVED_AT, "示例小馆"),
    "ENTERPRISE.entity.uscc": typed("91350100M000100Y43"),
    "LEGAL_REPRESENTATIVE.person.name": typed("张三"),
    "PREMISES.premises.address": typed("示例路8号"),
    "PREMISES.shop.area_m2": typed(120),
    "PREMISES.premises.opening_date": typed("2026-05-01"),
}


def new_case(guide: Guide, **changes: object) -> NewCase:
    case = NewCase(
        item_code=guide.item_code,
        substance_version_id=guide.substance.version_id,
        procedure_version_id=guide.procedure.version_id,
        situation=None,
        answers=ANSWERS,
        attachments=(),
        deferred_materials=(),
        uses_promise=False,
    )
    return replace(case, **changes)  # type: ignore[arg-type]  # the tests name real fields


@dataclass
class Uploads:
    """Uploads the form keeps, by id."""

    kept: dict[UUID, Attachment] = field(default_factory=dict)

    def add(self, slot: str, status: AttachmentStatus = AttachmentStatus.CLEAN) -> UUID:
        upload = Attachment(
            uuid4(), slot, f"{slot}.pdf", "application/pdf", 10, "0" * 64, status, False, RECEIVED_AT
        )
        self.kept[upload.id] = upload
        return upload.id

    def find(self, ids: tuple[UUID, ...]) -> tuple[Attachment, ...]:
        return tuple(self.kept[one] for one in ids if one in self.kept)


def build_city() -> UUID:
    """Departments and licence types; the subject 示例小馆."""
    Division.objects.get_or_create(
        code=PUDONG,
        defaults={"name": "浦东新区", "level": Level.COUNTY, "pinyin": "pudongxinqu", "is_local": True},
    )
    for one in DEPARTMENTS.values():
        directory.save_department(one, actor=PLATFORM, at=RECEIVED_AT)
    licences.load_licence_types(
        [
            {
                "code": "SPJYXKZ",
                "name": "食品经营许可证",
                "serial": "002",
                "issuer_kind": FOOD_OFFICE,
                "holder_kind": "ENTITY",
                "fields": ["name", "uscc", "legal_representative", "premises_address", "food_items"],
            }
        ],
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    firm = identity.register_entity(
        name="示例小馆", number="91350100M000100Y43", actor=PLATFORM, at=RECEIVED_AT
    )
    return firm.id


def submission(firm: UUID, *cases: NewCase, key: str = "key-1", body: str = "a" * 64) -> Submission:
    return Submission(
        applicant_id=firm,
        applicant_name="示例小馆",
        purpose="OPEN_RESTAURANT",
        title="开办餐饮店",
        division=PUDONG,
        idempotency_key=key,
        body_sha256=body,
        cases=cases or (new_case(FOOD), new_case(FIRE)),
        consents=(Consent("TERMS", 1, "b" * 64, RECEIVED_AT),),
        uploads=eforms.get_attachments(upload for case in cases for upload in case.attachments),
    )


Submit = Callable[..., ApplicationReceipt]


@dataclass
class Story:
    """One food case led from state to state; `number` and `revision` name it in every act."""

    number: str
    revision: int = 1
    last: ActReceipt | None = None

    @property
    def names(self) -> dict[str, object]:
        return {"case_number": self.number, "revision": self.revision}

    def note(self, receipt: ActReceipt) -> ActReceipt:
        self.revision, self.last = receipt.revision, receipt
        return receipt

    def accept(self, when: datetime | None = None, actor: Actor = WANG_MIN) -> ActReceipt:
        return self.note(services.accept_case(**self.names, actor=actor, at=when or at(3, 3)))

    def tick(self, *marks: TickMark, actor: Actor = WANG_MIN, when: datetime | None = None) -> ActReceipt:
        marks = marks or (TickMark("e1", True), TickMark("e2", True))
        return self.note(services.tick_points(**self.names, marks=marks, actor=actor, at=when or at(3, 4)))

    def examine(self, when: datetime | None = None) -> ActReceipt:
        return self.note(services.finish_examination(**self.names, actor=WANG_MIN, at=when or at(3, 4)))

    def to_decide(self) -> "Story":
        self.accept()
        self.tick()
        self.examine()
        return self

    def grant(self, when: datetime | None = None, **more: object) -> ActReceipt:
        more = {"result_fields": {"food_items": "热食类食品制售"}, "actor": WANG_MIN, **more}
        return self.note(services.grant(**self.names, at=when or at(3, 5), **more))
