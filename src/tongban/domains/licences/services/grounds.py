"""Who knows whether a case is live and what its item needs; filled once, in `apps.ready` of the domain that keeps cases."""

from uuid import UUID

from tongban.domains.licences.types import CaseGround, CaseGrounds

_grounds: list[CaseGrounds] = []


def register_case_grounds(grounds: CaseGrounds) -> None:
    """Let a higher domain say what a case is about; one that knows the number is enough."""
    if grounds not in _grounds:
        _grounds.append(grounds)


def ground_of(case_number: str, holder_id: UUID) -> CaseGround | None:
    """What a live case is about that concerns the holder; None when there is none."""
    for grounds in _grounds if case_number else ():
        found = grounds(case_number=case_number, holder_id=holder_id)
        if found is not None:
            return found
    return None
