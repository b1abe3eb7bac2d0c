"""A licence that runs out is told to its holder once, with the way to renew it."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from tongban.domains.licences import models, rules, selectors
from tongban.domains.licences.types import Licence, LicenceStatus
from tongban.domains.messaging import services as messaging
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY

_BATCH = 200


def remind_expiring(*, at: datetime) -> int:
    """Tell the holders of what runs out within sixty days, each licence once; how many. Safe to run twice, or late."""
    told = 0
    while True:
        batch = _remind_batch(shanghai_date(at), at)
        told += batch
        if batch < _BATCH:
            return told


@transaction.atomic
def _remind_batch(today: date, at: datetime) -> int:
    told = models.ExpiryNotice.objects.filter(licence=OuterRef("pk"))
    rows = models.Licence.objects.select_for_update(of=("self",), skip_locked=True).filter(
        ~Exists(told),
        status=LicenceStatus.VALID,
        valid_to__gt=today,
        valid_to__lte=today + rules.RUNS_OUT_SOON,
    )
    due = list(rows.select_related("licence_type").order_by("pk")[:_BATCH])
    models.ExpiryNotice.objects.bulk_create(models.ExpiryNotice(licence=row, told_at=at) for row in due)
    for row in due:
        _tell(selectors.as_licence(row), today, at)
    return len(due)


def _tell(licence: Licence, today: date, at: datetime) -> None:
    assert licence.valid_to is not None
    messaging.send(
        "LICENCE_EXPIRING",
        to_subject=licence.holder_id,
        context={
            "licence_name": licence.name,
            "holder": licence.holder_name,
            "number": licence.serial,
            "last_day": rules.chinese_date(licence.valid_to - ONE_DAY),
            "days": (licence.valid_to - today).days,
            "link": _renewal_link(licence),
        },
        at=at,
    )


def _renewal_link(licence: Licence) -> str:
    """The guide of the item that renews it; without one, the licence's own page, which names the issuer."""
    renewed_by = selectors.get_type(licence.licence_type).renewed_by
    if renewed_by:
        return f"{settings.PUBLIC_URL}/guide/{renewed_by}/"
    return f"{settings.PUBLIC_URL}/my/licences/{licence.number}/"
