"""What follows when a licence loses its force: those that rest on it are looked at again."""

from datetime import date, datetime

from tongban.domains.licences import models, selectors, services, states
from tongban.domains.licences.events import LicenceChanged
from tongban.domains.licences.rules import STATUS_NAMES
from tongban.domains.licences.types import LicenceStatus, SignalKind
from tongban.kernel.actors import PLATFORM
from tongban.kernel.instants import shanghai_date

_FORCELESS = frozenset(LicenceStatus) - {LicenceStatus.VALID, LicenceStatus.SUPERSEDED}


def look_at_dependents(event: LicenceChanged, at: datetime) -> None:
    """Open a proceeding about each licence of the holder that rests on this one; nothing falls by itself.

    Safe to run twice: the same change of the same licence opens one.
    """
    status = LicenceStatus(event.status)
    if status not in _FORCELESS:
        return
    types = selectors.dependents_of(event.licence_type)
    if not types or _has_another(event, shanghai_date(at)):
        return
    resting = models.Licence.objects.filter(
        holder_id=event.holder_id, licence_type__in=types, status__in=states.IN_LIFE
    )
    name = selectors.get_type(event.licence_type).name
    for number in resting.order_by("pk").values_list("number", flat=True):
        services.open_proceeding(
            number,
            signal=SignalKind.BASE_LICENCE,
            text=f"所依赖的{name}（{event.number}）的状态变为“{STATUS_NAMES[status]}”",
            reference=f"{event.licence_id}/{event.status}/{event.at.isoformat()}",
            actor=PLATFORM,
            at=at,
        )


def _has_another(event: LicenceChanged, on: date) -> bool:
    return selectors.find_valid(event.holder_id, event.licence_type, on) is not None
