"""机构和人员 of a city from one file, and the file from the city: divisions, departments, centres, windows, officers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from pydantic import TypeAdapter

from tongban.domains.directory import selectors as directory
from tongban.domains.directory import services as directory_services
from tongban.domains.identity import models, selectors
from tongban.domains.identity.services.officers import appoint_officer
from tongban.domains.identity.types import OfficerRecord, Organisation
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import ImportReport, Tally
from tongban.kernel.actors import Actor
from tongban.kernel.documents import DocumentRefused, Fault, document_schema

OFFICERS = "officers"
PARTS = (*directory_services.PARTS, OFFICERS)
NO_DEPARTMENT = "机构目录里没有这个部门"
CLOSED = "这个账号已停用，不能再任职"
NOT_AN_OFFICERS = "这个用户名已是一个个人账号，不是工作人员的。请给她另一个"
FAULTY_EMAIL = "电子邮箱的格式不对"
EMAIL_TAKEN = "这个电子邮箱已属于另一个账号"

_OFFICER = TypeAdapter(OfficerRecord)
_ORGANISATION = TypeAdapter(Organisation)


def import_organisation(
    raw: object, *, actor: Actor, at: datetime, dry_run: bool = False, encoded_password: str = ""
) -> ImportReport:
    """Write what the file brings that is new or differs; nothing at all when a row is refused.

    What the file does not name stays. A new officer's account has no password and is entered by invitation or
    recovery; `encoded_password` is a hash that a demo brings along. Raises `DocumentRefused` when the file is not
    an object of these lists.
    """
    lists = _lists(raw)
    tally = Tally()
    with transaction.atomic():
        departments = directory_services.load_directory(lists, tally=tally, actor=actor, at=at)
        _load_officers(lists.get(OFFICERS, ()), departments, tally, actor, at, encoded_password)
        if tally.refused or dry_run:
            transaction.set_rollback(True)
        elif tally.counts["created"] or tally.counts["changed"]:
            audit.record(
                actor=actor,
                action="IMPORT_ORGANISATION",
                at=at,
                object_type="identity",
                object_id=settings.CATALOGUE_REGION,
                detail=dict(tally.counts),
            )
    return tally.report(is_dry_run=dry_run)


def export_organisation(*, at: datetime) -> Mapping[str, Any]:
    """The file from which `import_organisation` makes the same organisation, with the officers in post at an instant."""
    organisation = Organisation(
        divisions=directory.list_own_divisions(),
        departments=directory.list_departments(),
        centres=directory.list_centres(),
        windows=directory.list_window_records(),
        officers=selectors.list_officer_records(at=at),
    )
    written = _ORGANISATION.dump_python(organisation, mode="json")
    assert isinstance(written, dict)
    return written


def organisation_schema() -> Mapping[str, Any]:
    """JSON Schema (2020-12) of the file, as it is kept in `data/organisation.schema.json`."""
    return document_schema(_ORGANISATION, "Organisation")


def _lists(raw: object) -> Mapping[str, Sequence[object]]:
    if not isinstance(raw, dict):
        raise DocumentRefused((Fault("", type(raw).__name__, f"no object of lists {', '.join(PARTS)}"),))
    wrong = [name for name, part in raw.items() if name not in PARTS or not isinstance(part, list)]
    if wrong:
        raise DocumentRefused(tuple(Fault(name, "", f"no list of {', '.join(PARTS)}") for name in wrong))
    return raw


@dataclass(frozen=True, slots=True)
class _Accounts:
    """What is there of the accounts and addresses that the file names."""

    by_username: Mapping[str, models.Account]
    officers: frozenset[str]
    """Usernames of those who hold or held a post."""
    owners: dict[str, str]
    """Whose a verified e-mail address is; the file's own are added row by row."""

    def faults(self, officer: OfficerRecord) -> Iterator[tuple[str, str, str]]:
        """Field, value and reason why the officer may not have this account or address."""
        account = self.by_username.get(officer.username)
        if account is not None and not account.is_active:
            yield "username", officer.username, CLOSED
        # Anybody can register at the portal: a name taken there must not become an officer's by itself.
        elif account is not None and officer.username not in self.officers:
            yield "username", officer.username, NOT_AN_OFFICERS
        if not officer.email:
            return
        if not _is_email(officer.email):
            yield "email", officer.email, FAULTY_EMAIL
        if self.owners.setdefault(officer.email, officer.username) != officer.username:
            yield "email", officer.email, EMAIL_TAKEN


def _load_officers(
    entries: Sequence[object],
    departments: frozenset[str],
    tally: Tally,
    actor: Actor,
    at: datetime,
    encoded_password: str,
) -> None:
    rows = tally.read(OFFICERS, entries, _OFFICER, attrgetter("username"), key="username")
    accounts = _accounts(list(rows.values()))
    for row, officer in rows.items():
        if officer.department not in departments:
            tally.refuse(OFFICERS, row, "department", officer.department, NO_DEPARTMENT)
        for fault in accounts.faults(officer):
            tally.refuse(OFFICERS, row, *fault)
    if tally.refused:
        return
    there = {
        one.username: one for one in selectors.list_officer_records(at=at, usernames=accounts.by_username)
    }
    wanted = {one.username: _as_kept(one, there.get(one.username)) for one in rows.values()}
    created, changed = tally.sort_out(wanted, there)
    _open([one for one in created if one.username not in accounts.by_username], actor, at, encoded_password)
    for one in (*created, *changed):
        if one.username in accounts.by_username:
            _renew(one, accounts.by_username[one.username], there.get(one.username), actor, at)


def _accounts(officers: Sequence[OfficerRecord]) -> _Accounts:
    usernames = [one.username for one in officers]
    held = models.Appointment.objects.filter(account__username__in=usernames)
    addresses = EmailAddress.objects.filter(email__in=[one.email for one in officers], verified=True)
    return _Accounts(
        by_username={row.username: row for row in models.Account.objects.filter(username__in=usernames)},
        officers=frozenset(held.values_list("account__username", flat=True)),
        owners=dict(addresses.values_list("email", "user__username")),
    )


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _as_kept(officer: OfficerRecord, there: OfficerRecord | None) -> OfficerRecord:
    """The record as it is read back: roles in order, and an address that the file leaves out is the account's."""
    email = officer.email or (there.email if there is not None else "")
    return replace(officer, email=email, roles=tuple(sorted(set(officer.roles))))


def _open(officers: Sequence[OfficerRecord], actor: Actor, at: datetime, encoded_password: str) -> None:
    """Accounts, verified addresses and posts of new officers."""
    accounts = {
        one.username: models.Account(
            username=one.username,
            name=one.name,
            email=one.email,
            password=encoded_password or make_password(None),
        )
        for one in officers
    }
    posts = [
        models.Appointment(
            account=accounts[one.username],
            department_id=one.department,
            post=one.post,
            roles=[role.value for role in one.roles],
            valid_from=at,
        )
        for one in officers
    ]
    models.Account.objects.bulk_create(accounts.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=account, email=account.email, verified=True, primary=True)
        for account in accounts.values()
        if account.email
    )
    models.Appointment.objects.bulk_create(posts)
    audit.record_many(
        audit.Entry(actor, "OPEN_ACCOUNT", at, "identity.Account", str(one.pk)) for one in accounts.values()
    )
    audit.record_many(
        audit.Entry(actor, "APPOINT_OFFICER", at, "identity.Appointment", str(one.pk)) for one in posts
    )


def _renew(
    officer: OfficerRecord, account: models.Account, there: OfficerRecord | None, actor: Actor, at: datetime
) -> None:
    """What differs: name, address, or the post, which ends for the new one."""
    if (account.name, account.email) != (officer.name, officer.email or account.email):
        _rename(account, officer, actor, at)
    if there is None or (there.department, there.post, there.roles) != (
        officer.department,
        officer.post,
        officer.roles,
    ):
        appoint_officer(
            account_id=account.pk,
            department=officer.department,
            post=officer.post,
            roles=officer.roles,
            actor=actor,
            at=at,
        )


def _rename(account: models.Account, officer: OfficerRecord, actor: Actor, at: datetime) -> None:
    if officer.email and officer.email != account.email:
        EmailAddress.objects.filter(user=account, email=account.email).delete()
        EmailAddress.objects.filter(user=account).update(primary=False)
        EmailAddress.objects.update_or_create(
            user=account, email=officer.email, defaults={"verified": True, "primary": True}
        )
        account.email = officer.email
    account.name = officer.name
    account.save(update_fields=["name", "email"])
    audit.record(
        actor=actor, action="CHANGE_ACCOUNT", at=at, object_type="identity.Account", object_id=str(account.pk)
    )
