"""Tables of the registers; names and numbers stand in `identity.Subject`."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.registers.types import BrokenPromiseKind, ObjectionStatus, RelationKind
from tongban.kernel.ids import new_id


class Household(models.Model):
    """户: members share its number and address."""

    number = models.CharField(primary_key=True, max_length=32)
    address = models.CharField(max_length=200)
    head = models.ForeignKey("identity.Subject", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("户")

    def __str__(self) -> str:
        return self.number


class Person(models.Model):
    """人口基本信息."""

    subject = models.OneToOneField(
        "identity.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    sex = models.CharField(max_length=1)
    birth_date = models.DateField()
    ethnicity = models.CharField(max_length=16)
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="members")
    household_address = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("人口信息")
        constraints = [
            # GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated.
            models.CheckConstraint(condition=Q(sex__in=["0", "1", "2", "9"]), name="person_sex_code")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Insurance(models.Model):
    """个人医疗保险参保信息."""

    subject = models.OneToOneField(
        "identity.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    is_employee_insured = models.BooleanField()
    insured_division = models.CharField(max_length=9, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("参保信息")

    def __str__(self) -> str:
        return str(self.pk)


class Birth(models.Model):
    """出生医学信息."""

    record_number = models.CharField(primary_key=True, max_length=32)
    mother = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    birth_hospital = models.CharField(max_length=128)
    birth_date = models.DateField()
    birth_weight_g = models.PositiveIntegerField()
    is_born_in_city = models.BooleanField()

    class Meta:
        verbose_name = _("出生信息")
        indexes = [models.Index(fields=["mother", "-birth_date"], name="birth_by_mother")]

    def __str__(self) -> str:
        return self.record_number


class Entity(models.Model):
    """经营主体登记信息."""

    subject = models.OneToOneField(
        "identity.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    entity_kind = models.CharField(max_length=32)
    address = models.CharField(max_length=200)
    business_scope = models.TextField()
    scope_has_catering = models.BooleanField()
    industry = models.CharField(max_length=8)
    registered_capital_fen = models.BigIntegerField()
    founded_date = models.DateField()
    status = models.CharField(max_length=16)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("经营主体")
        constraints = [
            models.CheckConstraint(
                condition=Q(registered_capital_fen__gte=0), name="entity_capital_not_negative"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Standing(models.Model):
    """What tax, social insurance, customs and credit authorities hold of an entity; null: not recorded."""

    subject = models.OneToOneField(
        "identity.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    taxpayer_kind = models.CharField(max_length=32, null=True)  # noqa: DJ001  # null: not a taxpayer yet
    has_unpaid_tax = models.BooleanField(null=True)
    has_unused_invoices = models.BooleanField(null=True)
    has_social_arrears = models.BooleanField(null=True)
    has_insured_staff = models.BooleanField(null=True)
    is_customs_registered = models.BooleanField(null=True)
    has_open_customs_matters = models.BooleanField(null=True)
    is_dishonest = models.BooleanField(null=True)
    in_abnormal_list = models.BooleanField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("主体状况")

    def __str__(self) -> str:
        return str(self.pk)


class BrokenPromise(models.Model):
    """A promise to the government that was not kept (失信记录), with its repair (信用修复)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=64)
    department = models.CharField(max_length=32)
    kind = models.CharField(max_length=24, choices=[(one.value, one.value) for one in BrokenPromiseKind])
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    repaired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("失信记录")
        constraints = [
            models.UniqueConstraint(fields=["case_number", "kind"], name="broken_promise_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="broken_promise_has_reason"),
        ]
        indexes = [
            models.Index(
                fields=["department"], name="broken_promise_open", condition=Q(repaired_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.case_number


class Premises(models.Model):
    """不动产登记信息."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)
    area_m2 = models.PositiveIntegerField()
    use = models.CharField(max_length=32)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("不动产")
        constraints = [
            models.UniqueConstraint(fields=["subject", "address"], name="premises_once_a_subject"),
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="premises_have_an_area"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Deposit(models.Model):
    """What a department deposited of a subject under a resource that has no table here (数据归集), encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey("exchange.Resource", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    values_cipher = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("归集数据")
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "subject"], name="deposit_once_a_resource_and_subject"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Relation(models.Model):
    """A relation between two subjects, with the paper that proves it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.name) for kind in RelationKind])
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64, blank=True)
    since_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        verbose_name = _("关系")
        constraints = [
            models.CheckConstraint(condition=~Q(subject=F("other")), name="relation_to_another"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=F("since_date")),
                name="relation_term_in_order",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject", "other"],
                condition=Q(until_date__isnull=True),
                name="relation_open_once",
            ),
            # 民法典 §1041: one husband, one wife. A marriage is kept once, so each side is held unique.
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(kind=RelationKind.SPOUSE.value, until_date__isnull=True),
                name="relation_one_spouse",
            ),
            models.UniqueConstraint(
                fields=["other"],
                condition=Q(kind=RelationKind.SPOUSE.value, until_date__isnull=True),
                name="relation_one_spouse_other",
            ),
            models.UniqueConstraint(
                fields=["other"],
                condition=Q(kind=RelationKind.LEGAL_REPRESENTATIVE.value, until_date__isnull=True),
                name="relation_one_legal_representative",
            ),
        ]
        indexes = [models.Index(fields=["other", "kind"], name="relation_by_other")]

    def __str__(self) -> str:
        return str(self.pk)


class Objection(models.Model):
    """What a subject says is wrong with one value (异议); her words and the value are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey("exchange.Resource", on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=64)
    label = models.CharField(max_length=64)
    element = models.CharField(max_length=64, blank=True)
    words_cipher = models.TextField()
    finding = models.ForeignKey("exchange.Finding", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=[(one.value, one.name) for one in ObjectionStatus])
    raised_by_name = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("异议")
        indexes = [
            models.Index(fields=["subject", "-raised_at"], name="objection_by_subject"),
            models.Index(
                fields=["resource", "due_on"],
                condition=Q(status=ObjectionStatus.OPEN.value),
                name="objection_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "resource", "field"],
                condition=Q(status=ObjectionStatus.OPEN.value),
                name="objection_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ObjectionStatus.OPEN.value, decided_at__isnull=True, answer="")
                | (
                    ~Q(status=ObjectionStatus.OPEN.value)
                    & Q(decided_at__isnull=False)
                    & ~Q(answer="")
                    & ~Q(decided_by_name="")
                ),
                name="objection_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
