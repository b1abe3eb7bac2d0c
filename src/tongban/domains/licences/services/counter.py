"""证照免带: a person shows one licence at a window, the office pulls what her business needs and nothing else."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, selectors
from tongban.domains.licences.services.uses import record_uses
from tongban.domains.licences.services.verifying import redeem
from tongban.domains.licences.types import CodePull, NewUse, Purpose, UseKind, Verification
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date


class NotForBusiness(TongbanError):
    """She showed her licence to this office, but only to prove it valid or her age: nothing may be pulled on that."""

    code: ClassVar[str] = "NOT_FOR_BUSINESS"
    default_sentence: ClassVar[str] = gettext_noop(
        "对方亮证时选的不是“办事”，不能调取其他证照。请对方重新亮证，给本部门，用途选“办事”。"
    )


def pull_by_code(
    *, code: str, licence_types: Iterable[str], purpose: str, actor: Actor, at: datetime
) -> CodePull:
    """Of the wanted types those that whoever shows the code holds; each is a use in her list.

    The code is one of 亮证 for the actor's department, for business; it is used up whatever is found. The caller names the types:
    those of one item's material list. Raises what ``redeem`` raises, and `NotForBusiness`.
    """
    assert actor.department is not None
    audience = selectors.get_audience(actor.department)
    shown = redeem(code=code, audience=audience, actor=actor, at=at)
    if shown.purpose is not Purpose.SERVICE or not shown.is_good:
        raise NotForBusiness(f"showing {shown.id} for {shown.purpose}")
    return _pull(shown, sorted(set(licence_types)), purpose, audience.name, actor, at)


@transaction.atomic
def _pull(
    shown: Verification, wanted: list[str], purpose: str, office: str, actor: Actor, at: datetime
) -> CodePull:
    holder = models.Showing.objects.select_related("licence__holder").get(pk=shown.id).licence.holder
    valid = selectors.held_types([holder.pk], shanghai_date(at))
    held = {code: valid[holder.pk, code] for code in wanted if (holder.pk, code) in valid}
    record_uses(
        (
            NewUse(
                licence.number,
                UseKind.COUNTER,
                office,
                purpose,
                actor.department or "",
                fields=tuple(licence.fields),
            )
            for licence in held.values()
        ),
        actor=actor,
        at=at,
    )
    audit.record(
        actor=actor,
        action="PULL_LICENCES",
        at=at,
        object_type="licences.Showing",
        object_id=str(shown.id),
        subject_id=holder.pk,
        detail={"wanted": wanted, "held": sorted(held)},
    )
    return CodePull(
        holder_id=holder.pk,
        holder_name=holder.name,
        shown_name=shown.licence_name,
        shown_fields={field.name: field.value for field in shown.fields},
        held=held,
    )
