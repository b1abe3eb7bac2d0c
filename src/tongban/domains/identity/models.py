"""Tables of identity: accounts, subjects, appointments and mandates."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tongban.domains.identity.types import Assurance, MandateKind, SubjectKind
from tongban.kernel.actors import Role
from tongban.kernel.ids import new_id


class AccountManager(BaseUserManager["Account"]):
    """Creation and look-up by username, which has no case."""

    def create_user(
        self, username: str, password: str | None = None, *, email: str = "", name: str = ""
    ) -> "Account":
        account = self.model(username=username.lower(), email=self.normalize_email(email), name=name)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser):
    """How somebody signs in. Who she is stands in `Subject`, what she may do in `Appointment`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(
        _("用户名"),
        max_length=64,
        unique=True,
        error_messages={"unique": _("这个用户名已被使用。请换一个。")},
    )
    email = models.EmailField(_("电子邮箱"), blank=True)
    name = models.CharField(_("称呼"), max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        verbose_name = _("账号")
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="account_username_lower_case"
            ),
            models.CheckConstraint(condition=~Q(username=""), name="account_has_username"),
        ]

    def __str__(self) -> str:
        return self.username


class Subject(models.Model):
    """A person or legal entity. The number is kept encrypted and found by a keyed hash.

    A newborn without a number is found by mother, birth date and name instead; with one, by these as well.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in SubjectKind])
    name = models.CharField(max_length=200)
    masked_number = models.CharField(max_length=32)
    number_cipher = models.TextField()
    number_hash = models.BinaryField(max_length=64)
    birth_hash = models.BinaryField(max_length=64, null=True, unique=True)
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("办理主体")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number_hash"], name="subject_number_unique"),
            # A USCC is public; of a resident number only the first and last character stay legible.
            models.CheckConstraint(
                condition=~Q(kind=SubjectKind.PERSON.value) | Q(masked_number__contains="****"),
                name="subject_person_number_masked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Binding(models.Model):
    """实名: the person an account belongs to, and how surely."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.PROTECT, related_name="binding"
    )
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="bindings")
    assurance = models.CharField(max_length=16, choices=[(level.value, level.name) for level in Assurance])
    bound_at = models.DateTimeField()

    class Meta:
        verbose_name = _("实名绑定")
        constraints = [models.UniqueConstraint(fields=["subject"], name="binding_one_account_a_subject")]

    def __str__(self) -> str:
        return str(self.pk)


class Appointment(models.Model):
    """任职: an officer's post in a department with its roles."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    post = models.CharField(max_length=64)
    roles = ArrayField(models.CharField(max_length=16, choices=[(role.value, role.name) for role in Role]))
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(valid_to__isnull=True), name="appointment_one_open_an_account"
            ),
            models.CheckConstraint(condition=Q(roles__len__gt=0), name="appointment_has_role"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="appointment_term_in_order",
            ),
        ]
        indexes = [models.Index(fields=["department", "account"], name="appointment_by_department")]

    def __str__(self) -> str:
        return str(self.pk)


class Cover(models.Model):
    """代班: the deputy acts for the absentee's department; always with an end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    absentee = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="covers_received")
    deputy = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="covers_given")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("代班")
        constraints = [
            models.CheckConstraint(condition=~Q(absentee=F("deputy")), name="cover_by_another"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="cover_term_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Mandate(models.Model):
    """授权代理: the agent acts for the principal; an empty scope means every item."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.name) for kind in MandateKind])
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_received")
    scope = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("授权")
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="mandate_to_another"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="mandate_term_in_order",
            ),
            # 民法典 §165: a written authorisation states matter, powers and term; an agent's has an end.
            models.CheckConstraint(
                condition=~Q(kind__in=[MandateKind.AGENT.value, MandateKind.SPOUSE_AUTHORISATION.value])
                | Q(valid_to__isnull=False),
                name="mandate_of_an_agent_ends",
            ),
        ]
        indexes = [models.Index(fields=["agent", "principal"], name="mandate_by_agent")]

    def __str__(self) -> str:
        return str(self.pk)


class SignInFailure(models.Model):
    """Failed sign-ins of one name from one address, as one keyed hash: nobody is locked out elsewhere."""

    key_hash = models.BinaryField(max_length=64, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("登录失败")
        indexes = [models.Index(fields=["since"], name="sign_in_failure_since")]

    def __str__(self) -> str:
        return str(self.failures)
