"""Which entries of the audit trail are looks, and which of them had no live case."""

from datetime import timedelta
from types import MappingProxyType

from tongban.domains.cases.types import CaseFacts
from tongban.domains.privacy.types import Manner
from tongban.kernel.actors import ActorKind

ANSWER_DAYS = 10
"""Working days for the department's answer; 个人信息保护法 §50 demands a way to complain and leaves the limit to us."""
AFTERCARE = timedelta(days=1)
"""Whoever ends a case sees it once more, and prints and posts its papers; later she has no business in it."""
LONGEST_TEXT = 500

MANNERS = MappingProxyType(
    {
        "LOOK_UP": Manner.RECORD,
        "FETCH_LICENCE": Manner.FETCHED,
        "PULL_LICENCES": Manner.COUNTER,
        "VERIFY_LICENCE": Manner.SHOWN,
        "LOOK_AT_LICENCE": Manner.KEPT,
        "OPEN_LICENCE_FILE": Manner.KEPT,
        "DOSSIER_OPENED": Manner.DOSSIER,
        "PAPER_OPENED": Manner.PAPER,
        "ATTACHMENT_OPENED": Manner.MATERIAL,
        "ASSISTANCE_DOCUMENT_OPENED": Manner.ANSWER,
    }
)
"""By the action under which the audit trail keeps it."""
OPENINGS = frozenset({"DOSSIER_OPENED", "PAPER_OPENED", "ATTACHMENT_OPENED", "ASSISTANCE_DOCUMENT_OPENED"})
"""What the applicant herself does every day; only others' openings are looks."""
_WITHOUT_CASE = frozenset({"PULL_LICENCES", "VERIFY_LICENCE", "LOOK_AT_LICENCE", "OPEN_LICENCE_FILE"})
"""She showed her code herself; or the issuer's keeper opens what the issuer keeps, which is his duty."""
_FOUND, _NOT_ALLOWED = "FOUND", "NOT_ALLOWED"


def is_without_case(
    *,
    action: str,
    actor_kind: ActorKind,
    department: str,
    case_number: str,
    outcome: str,
    is_hers: bool,
    case: CaseFacts | None,
    age: timedelta | None,
) -> bool:
    """Whether a look had no live case to stand on. `age`: how long the case had been over by then, None while it ran.

    A look with her own code or consent, and a keeper's into his own library, need no case. What a citizen looks up is judged by mandates.
    """
    if actor_kind is ActorKind.CITIZEN or not department or action in _WITHOUT_CASE:
        return False
    if action == "FETCH_LICENCE" and not case_number and outcome == _FOUND:
        return False
    if case is None:
        return True
    if outcome == _NOT_ALLOWED and not is_hers:
        return True
    return age is not None and age > AFTERCARE
