"""Open a dossier: who saw whose data for which case is kept (trust: the citizen sees who looked)."""

from datetime import datetime

from django.db import transaction

from tongban.domains.cases.selectors.dossier import get_dossier
from tongban.domains.cases.types import Dossier
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor


def open_dossier(case_number: str, *, actor: Actor, at: datetime) -> Dossier:
    """The dossier, with an audit entry of the look; raises ``CaseNotFound`` and then leaves none."""
    with transaction.atomic():
        dossier = get_dossier(case_number, actor=actor, at=at)
        audit.record(
            actor=actor,
            action="DOSSIER_OPENED",
            at=at,
            object_type="case",
            object_id=str(dossier.case_id),
            subject_id=dossier.applicant_id,
            case_number=dossier.number,
        )
        return dossier
