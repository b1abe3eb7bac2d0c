"""Tables of cases: applications, cases, their history, clock, papers and tasks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.cases.rules.clock import NO_LIMIT, ClockEventKind
from tongban.domains.cases.states import BEFORE_ACCEPTANCE, OPEN
from tongban.domains.cases.types import (
    Action,
    AssistanceOutcome,
    CheckKind,
    CheckOutcome,
    LimitKind,
    Outcome,
    PaperKind,
    ProcedureKind,
    ServiceMethod,
    Status,
    WaivedState,
)
from tongban.domains.catalogue.types import Rule
from tongban.foundation.fields import EncryptedTextField, StorageKeyField
from tongban.kernel.clock import Regime
from tongban.kernel.ids import new_id

_OPEN = Q(status__in=sorted(OPEN))
_NEVER_ACCEPTED = sorted(BEFORE_ACCEPTANCE | {Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.TERMINATED})


def _choices(values: type[Status | Action | PaperKind]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class Application(models.Model):
    """One submission: one number over all its cases (申请)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("申请编号"), max_length=64)
    applicant_id = models.UUIDField(db_index=True)
    applicant_name = models.CharField(_("申请人"), max_length=200)
    purpose = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=9)
    channel = models.CharField(max_length=16)
    idempotency_key = models.CharField(max_length=128)
    body_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("申请")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="application_number_once"),
            models.UniqueConstraint(fields=["idempotency_key"], name="application_submitted_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Consent(models.Model):
    """Which text, in which version, was agreed to and when (告知与同意)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="consents")
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    text_sha256 = models.CharField(max_length=64)
    agreed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("同意记录")

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Case(models.Model):
    """One item being handled by one department (办件). `due_on` and `amber_on` are kept by the clock."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("办件编号"), max_length=64)
    application = models.ForeignKey(Application, models.PROTECT, related_name="cases", db_index=False)
    basic_code = models.CharField(max_length=64)
    item_code = models.CharField(max_length=64)
    item_name = models.CharField(max_length=200)
    substance_version_id = models.UUIDField()
    procedure_version_id = models.UUIDField()
    situation = models.CharField(max_length=64, null=True)  # noqa: DJ001  None: the item knows no situations
    department = models.CharField(max_length=32)
    department_name = models.CharField(max_length=100)
    applicant_id = models.UUIDField()
    applicant_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=64)
    package_title = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=_choices(Status))
    revision = models.PositiveIntegerField(default=1)
    assignee_id = models.UUIDField(null=True)
    assignee_name = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    accepted_on = models.DateField(null=True)
    is_deemed_accepted = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    regime = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Regime])
    statutory_days = models.PositiveSmallIntegerField()
    extension_max = models.PositiveSmallIntegerField()
    promised_days = models.PositiveSmallIntegerField(null=True)
    limit_kind = models.CharField(max_length=16, blank=True)
    due_on = models.DateField(default=NO_LIMIT)
    amber_on = models.DateField(default=NO_LIMIT)
    is_provisional = models.BooleanField(default=False)
    deferred_materials = ArrayField(models.CharField(max_length=64), default=list)
    uses_promise = models.BooleanField(default=False)
    is_flagged = models.BooleanField(default=False)
    """A licence it rests on has lost its force since; kept with its flags."""

    class Meta:
        verbose_name = _("办件")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.UniqueConstraint(
                fields=["application", "item_code"], name="case_item_once_per_application"
            ),
            models.CheckConstraint(condition=Q(status__in=sorted(Status)), name="case_status_known"),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=False) | Q(status__in=_NEVER_ACCEPTED),
                name="case_accepted_has_day",
            ),
            models.CheckConstraint(
                condition=Q(amber_on__lte=models.F("due_on")), name="case_amber_before_due"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="case_revision_counts"),
        ]
        indexes = [
            models.Index(fields=["department", "status", "due_on", "id"], name="case_queue"),
            models.Index(fields=["department", "due_on", "id"], name="case_limits", condition=_OPEN),
            models.Index(
                fields=["department", "basic_code", "due_on", "id"], name="case_item_queue", condition=_OPEN
            ),
            models.Index(
                fields=["department", "purpose", "due_on", "id"], name="case_package_queue", condition=_OPEN
            ),
            models.Index(
                fields=["assignee_id", "due_on", "id"],
                name="case_assignee",
                condition=_OPEN & Q(assignee_id__isnull=False),
            ),
            models.Index(
                fields=["department", "applicant_name"],
                opclasses=["varchar_ops", "varchar_pattern_ops"],
                name="case_applicant_name",
                condition=_OPEN,
            ),
            models.Index(fields=["status", "due_on", "id"], name="case_limits_passing", condition=_OPEN),
            models.Index(fields=["substance_version_id"], name="case_open_by_substance", condition=_OPEN),
            models.Index(fields=["procedure_version_id"], name="case_open_by_procedure", condition=_OPEN),
        ]

    def __str__(self) -> str:
        return self.number


class CaseFlag(models.Model):
    """What the deciding officer must know of a licence the case rests on (证照状态提示)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="flags", db_index=False)
    licence_number = models.CharField(max_length=128)
    status = models.CharField(max_length=16)
    text = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("证照状态提示")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "licence_number"],
                condition=Q(cleared_at__isnull=True),
                name="case_flag_once_a_licence",
            )
        ]

    def __str__(self) -> str:
        return self.text


class CaseContent(models.Model):
    """What was handed in for the case: the answer sheet, encrypted, and the uploads it names."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="content")
    answers = EncryptedTextField()
    attachments = ArrayField(models.UUIDField(), default=list)

    class Meta:
        verbose_name = _("申请内容")

    def __str__(self) -> str:
        return str(self.case_id)


class HistoryEntry(models.Model):
    """One act, never changed afterwards (办理记录)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="history", db_index=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=24, choices=_choices(Action))
    from_status = models.CharField(max_length=16, null=True)  # noqa: DJ001  None: the case begins here
    to_status = models.CharField(max_length=16, choices=_choices(Status))
    actor_kind = models.CharField(max_length=24)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    department_name = models.CharField(max_length=100)
    sentence = models.TextField()
    is_public = models.BooleanField()

    class Meta:
        verbose_name = _("办理记录")
        indexes = [models.Index(fields=["case", "id"], name="case_history")]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class ClockEvent(models.Model):
    """A fact the clock is computed from (时限事件)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clock_events")
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ClockEventKind])
    at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("时限事件")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind=ClockEventKind.EXTENDED.value), name="case_extended_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class SideProcedure(models.Model):
    """An on-site check or a public notice with its days: the clock runs on, the time is shown by itself."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="side_procedures")
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ProcedureKind])
    began_on = models.DateField()
    ended_on = models.DateField()
    officers = models.CharField(max_length=200, blank=True)
    finding = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("核查与公示记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=models.F("began_on")), name="side_procedure_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_on}"


class SupplementRequest(models.Model):
    """补正告知: once a case, all of it at once (行政许可法 §32(4))."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="supplement_request")
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField(null=True)
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("补正告知")

    def __str__(self) -> str:
        return str(self.case_id)


class SupplementItem(models.Model):
    """One field or material to put right."""

    request = models.ForeignKey(SupplementRequest, models.PROTECT, related_name="items")
    target = models.CharField(max_length=128)
    label = models.CharField(max_length=200)
    problem = models.TextField()
    remedy = models.TextField()

    class Meta:
        verbose_name = _("补正事项")
        constraints = [
            models.UniqueConstraint(fields=["request", "target"], name="supplement_target_once"),
        ]

    def __str__(self) -> str:
        return self.target


class Tick(models.Model):
    """An officer's verdict on one examination point (审查要点记录)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="ticks", db_index=False)
    point = models.CharField(max_length=64)
    passed = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    officer_id = models.UUIDField(null=True)
    officer_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("审查要点记录")
        constraints = [
            models.UniqueConstraint(fields=["case", "point"], name="tick_once_per_point"),
            models.CheckConstraint(condition=~Q(passed=False) | ~Q(note=""), name="tick_failed_has_note"),
        ]

    def __str__(self) -> str:
        return self.point


class Decision(models.Model):
    """The decision on a case: one, ever (决定)."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="decision")
    outcome = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Outcome])
    decided_at = models.DateTimeField()
    officer_id = models.UUIDField(null=True)
    officer_name = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    legal_basis = ArrayField(models.TextField(), default=list)
    failed_points = ArrayField(models.CharField(max_length=64), default=list)
    licences = ArrayField(models.CharField(max_length=100), default=list)
    is_override = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("决定")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.REFUSE.value)
                | (~Q(reason="") & Q(legal_basis__len__gt=0) & Q(failed_points__len__gt=0)),
                name="decision_refusal_has_grounds",
            ),
            models.CheckConstraint(
                condition=Q(is_override=False) | ~Q(reason=""), name="decision_override_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.outcome


class ProofOfService(models.Model):
    """送达: how and when the result reached the applicant, and what proves it."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="service")
    method = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ServiceMethod])
    proof = models.TextField()
    served_at = models.DateTimeField()
    officer_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("送达记录")
        constraints = [models.CheckConstraint(condition=~Q(proof=""), name="service_has_proof")]

    def __str__(self) -> str:
        return self.method


class Paper(models.Model):
    """A statutory paper: its content is frozen when issued, its PDF is made when first opened (法定文书)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="papers")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="papers")
    kind = models.CharField(max_length=24, choices=_choices(PaperKind))
    number = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    content = models.JSONField()
    storage_key = StorageKeyField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("法定文书")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="paper_number_once"),
            models.CheckConstraint(
                condition=Q(application__isnull=True, case__isnull=False)
                | Q(application__isnull=False, case__isnull=True),
                name="paper_of_application_or_case",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CheckTask(models.Model):
    """A dated task: a deferred material (容缺) or the check after a promise (告知承诺核查)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=24, choices=[(one.value, one.value) for one in CheckKind])
    material = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=200)
    due_on = models.DateField()
    outcome = models.CharField(
        max_length=8,
        choices=[(one.value, one.value) for one in CheckOutcome],
        default=CheckOutcome.OPEN.value,
    )
    handed_in_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.UUIDField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("核查任务")
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "material"], name="check_once_per_subject"),
            models.CheckConstraint(
                condition=Q(outcome=CheckOutcome.OPEN.value, settled_at__isnull=True)
                | (~Q(outcome=CheckOutcome.OPEN.value) & Q(settled_at__isnull=False)),
                name="check_settled_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="check_open", condition=Q(outcome=CheckOutcome.OPEN.value))
        ]

    def __str__(self) -> str:
        return self.subject


class CallTask(models.Model):
    """A message that an applicant's address refused for good: she is to be telephoned (电话告知)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="calls")
    message = models.OneToOneField("messaging.Message", models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.UUIDField(null=True)
    settled_by_name = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("电话告知")
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, note="")
                | (Q(settled_at__isnull=False) & ~Q(note="") & ~Q(settled_by_name="")),
                name="call_settled_has_words",
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="call_open", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class WaivedMaterial(models.Model):
    """A material the applicant need not bring, and what came in its place (免交材料)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="waived", db_index=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    slot = models.CharField(max_length=128)
    rule = models.CharField(max_length=24, choices=[(one.value, one.value) for one in Rule])
    source = models.CharField(max_length=300)
    reference = models.CharField(max_length=100, blank=True)
    resource = models.CharField(max_length=32, blank=True)
    subject_id = models.UUIDField(null=True)
    fields = ArrayField(models.CharField(max_length=64), default=list)
    asked_as = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=12, choices=[(one.value, one.value) for one in WaivedState])
    wait_until = models.DateField(null=True)
    tried_at = models.DateTimeField(null=True)
    got_at = models.DateTimeField(null=True)
    values = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("免交材料")
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="waived_once_per_case"),
            models.CheckConstraint(
                condition=~Q(state=WaivedState.WAITING.value)
                | Q(wait_until__isnull=False, subject_id__isnull=False),
                name="waived_waits_for_somebody_until",
            ),
            models.CheckConstraint(
                condition=Q(got_at__isnull=False)
                | ~Q(state__in=[WaivedState.FETCHED.value, WaivedState.ASSISTED.value]),
                name="waived_got_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], name="waived_waiting", condition=Q(state=WaivedState.WAITING.value))
        ]

    def __str__(self) -> str:
        return self.name


class AssistanceRequest(models.Model):
    """行政协助: a department is asked by another, for a case, in place of the applicant; the answer is kept as evidence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="assistance")
    to_department = models.CharField(max_length=32)
    to_department_name = models.CharField(max_length=128)
    material = models.CharField(max_length=40, blank=True)
    resource = models.CharField(max_length=32, blank=True)
    what = models.TextField()
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=64)
    due_on = models.DateField()
    outcome = models.CharField(
        max_length=8, blank=True, choices=[(one.value, one.value) for one in AssistanceOutcome]
    )
    answer = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.UUIDField(null=True)
    answered_by_name = models.CharField(max_length=64, blank=True)
    storage_key = StorageKeyField(blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    filename = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("行政协助")
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="assistance_says_what"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome="")
                | (Q(answered_at__isnull=False) & ~Q(outcome="")),
                name="assistance_answer_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_department", "due_on"],
                name="assistance_open",
                condition=Q(answered_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.what


class Conflict(models.Model):
    """An officer who stepped aside from a case (回避)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="conflicts", db_index=False)
    officer_id = models.UUIDField()
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("回避记录")
        constraints = [models.UniqueConstraint(fields=["case", "officer_id"], name="conflict_once")]

    def __str__(self) -> str:
        return str(self.officer_id)


class Correction(models.Model):
    """An error put right, with what stood there before (更正)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="corrections")
    key = models.CharField(max_length=128)
    before = EncryptedTextField()
    after = EncryptedTextField()
    reason = models.TextField()
    officer_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("更正记录")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason")]

    def __str__(self) -> str:
        return self.key


class LimitMark(models.Model):
    """A limit that came near or passed, noticed once (预警与超期)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="marks", db_index=False)
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in LimitKind])
    light = models.CharField(max_length=8)
    due_on = models.DateField()
    since_on = models.DateField()
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("期限标记")
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "light", "due_on"], name="limit_marked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.light} {self.due_on}"


class SavedView(models.Model):
    """A queue view with filters an officer keeps (我的视图)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_id = models.UUIDField()
    name = models.CharField(max_length=40)
    view = models.CharField(max_length=16)
    filters = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("我的视图")
        constraints = [models.UniqueConstraint(fields=["owner_id", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that was made a working day or a rest day after the year's plan was announced."""

    on = models.DateField(primary_key=True)
    works = models.BooleanField()
    name = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("放假安排调整")

    def __str__(self) -> str:
        return f"{self.on}"


class CalendarNotice(models.Model):
    """Its editors were told, once, that the calendar ends on a day (日历将尽通知)."""

    last_known = models.DateField(primary_key=True)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("日历将尽通知")

    def __str__(self) -> str:
        return f"{self.last_known}"


class Tally(models.Model):
    """How many cases a department has by status and dates: folded from :class:`TallyChange` by a job."""

    department = models.CharField(max_length=32)
    status = models.CharField(max_length=16)
    due_on = models.DateField()
    amber_on = models.DateField()
    count = models.BigIntegerField()

    class Meta:
        verbose_name = _("队列计数")
        constraints = [
            models.UniqueConstraint(fields=["department", "status", "due_on", "amber_on"], name="tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.status} {self.count}"


class TallyChange(models.Model):
    """One change of the counts, written by a trigger on `Case`; rows are only ever added, so nobody waits."""

    department = models.CharField(max_length=32)
    status = models.CharField(max_length=16)
    due_on = models.DateField()
    amber_on = models.DateField()
    change = models.BigIntegerField()

    class Meta:
        verbose_name = _("队列计数变动")
        indexes = [models.Index(fields=["department"], name="tally_change_department")]

    def __str__(self) -> str:
        return f"{self.department} {self.status} {self.change:+d}"
