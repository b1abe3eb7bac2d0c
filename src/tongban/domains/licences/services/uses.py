"""Recording uses: whoever reads a licence's contents for a purpose leaves a row that its holder reads."""

from collections.abc import Iterable
from datetime import datetime

from tongban.domains.licences import models
from tongban.domains.licences.types import NewUse
from tongban.foundation import rows
from tongban.kernel.actors import Actor


def record_uses(uses: Iterable[NewUse], *, actor: Actor, at: datetime) -> None:
    """Append the uses, in the caller's transaction."""
    rows.insert(use_rows(uses, actor=actor, at=at))


def use_rows(uses: Iterable[NewUse], *, actor: Actor, at: datetime) -> list[models.Use]:
    """The uses as unsaved rows, for a caller who writes them and what they belong to with one statement."""
    return [
        models.Use(
            licence_id=use.number,
            kind=use.kind.value,
            at=at,
            used_by=use.used_by,
            department=use.department,
            actor_kind=actor.kind.value,
            account_id=actor.account_id,
            purpose=use.purpose,
            case_number=use.case_number,
            fields=list(use.fields),
        )
        for use in uses
    ]
