"""Deposits: what a department hands in under a resource of the catalogue that has no table of its own here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange.services import subject_field
from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

VALUES_CONTEXT = "registers.deposit.values"

Plain = str | int | bool | None


class FaultyDeposit(TongbanError):
    """A value under a field that the resource does not have."""

    code: ClassVar[str] = "FAULTY_DEPOSIT"
    default_sentence: ClassVar[str] = gettext_noop("数据没有归集：字段与数据目录不一致。请按数据目录提供。")


@transaction.atomic
def deposit(
    *, resource: str, subject_id: UUID, values: Mapping[str, Plain], actor: Actor, at: datetime
) -> None:
    """Keep what a department holds of a subject under a resource; a later deposit replaces an earlier one.

    Raises `FaultyDeposit`, `exchange.selectors.ResourceNotFound`, `identity.selectors.SubjectNotFound`.
    """
    unknown = sorted(set(values) - set(exchange.get_resource(resource).fields))
    if unknown:
        raise FaultyDeposit(f"resource {resource} has no {', '.join(unknown)}")
    identity.get_subject(subject_id)
    text = json.dumps(dict(values), ensure_ascii=False)
    models.Deposit.objects.update_or_create(
        resource_id=resource,
        subject_id=subject_id,
        defaults={"values_cipher": crypto.encrypt(text, VALUES_CONTEXT), "updated_at": at},
    )
    audit.record(
        actor=actor,
        action="DEPOSIT",
        at=at,
        object_type="registers.Deposit",
        object_id=resource,
        subject_id=subject_id,
    )


@transaction.atomic
def deposit_rows(
    *, resource: str, rows: Sequence[Mapping[str, str]], actor: Actor, at: datetime
) -> Sequence[str]:
    """Keep rows of a batch file, each under whom its number names; for each row why it was not kept, or nothing.

    Of several rows about the same subject the last one counts. A fixed number of statements.
    """
    fields = exchange.get_resource(resource).fields
    named_by = subject_field(fields)
    subjects = identity.find_by_numbers(row[named_by] for row in rows)
    deposits = {}
    why_not = []
    for row in rows:
        subject = subjects.get(row[named_by])
        why_not.append("" if subject else _("平台上还没有这个当事人：请核对号码，或先由登记部门登记"))
        if subject is not None:
            values = {name: row[name] for name in fields if name in row}
            deposits[subject] = models.Deposit(
                resource_id=resource,
                subject_id=subject,
                values_cipher=crypto.encrypt(json.dumps(values, ensure_ascii=False), VALUES_CONTEXT),
                updated_at=at,
            )
    models.Deposit.objects.bulk_create(
        deposits.values(),
        update_conflicts=True,
        unique_fields=["resource", "subject"],
        update_fields=["values_cipher", "updated_at"],
    )
    audit.record_many(
        audit.Entry(actor, "DEPOSIT", at, "registers.Deposit", resource, subject_id=subject)
        for subject in deposits
    )
    return why_not


def scan_deposits(resource: str) -> Sequence[Mapping[str, object]]:
    """All that was deposited under a resource."""
    rows = models.Deposit.objects.filter(resource_id=resource).values_list("values_cipher", flat=True)
    return [json.loads(crypto.decrypt(cipher, VALUES_CONTEXT)) for cipher in rows.iterator()]


@dataclass(frozen=True, slots=True)
class DepositProvider:
    """Answers for one resource from what was deposited under it."""

    resource: str

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        row = models.Deposit.objects.filter(resource_id=self.resource, subject_id=subject_id).first()
        if row is None:
            return None
        values = json.loads(crypto.decrypt(row.values_cipher, VALUES_CONTEXT))
        return {field: values[field] for field in fields if field in values} or None
