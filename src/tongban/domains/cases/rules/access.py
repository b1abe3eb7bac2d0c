"""Who may see a case and who may act on it. Everything not allowed looks like not there."""

from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop

from tongban.domains.cases.types import Action
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.kernel.errors import TongbanError

_HANDLERS = frozenset({Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER})

OFFICER_ROLES: dict[Action, frozenset[Role]] = {
    Action.ACCEPT: frozenset({Role.ACCEPTOR}),
    Action.REQUEST_SUPPLEMENT: frozenset({Role.ACCEPTOR}),
    Action.REFUSE_ACCEPTANCE: frozenset({Role.ACCEPTOR}),
    Action.FINISH_EXAMINATION: frozenset({Role.EXAMINER}),
    Action.SUSPEND: frozenset({Role.EXAMINER}),
    Action.RESUME: frozenset({Role.EXAMINER}),
    Action.EXTEND: frozenset({Role.EXAMINER, Role.DECIDER}),
    Action.RECORD_PROCEDURE: frozenset({Role.EXAMINER}),
    Action.RETURN_TO_EXAMINATION: frozenset({Role.DECIDER}),
    Action.GRANT: frozenset({Role.DECIDER}),
    Action.REFUSE: frozenset({Role.DECIDER}),
    Action.TERMINATE: frozenset({Role.DECIDER}),
    Action.SERVE: _HANDLERS,
    Action.CORRECT: frozenset({Role.EXAMINER, Role.DECIDER}),
    Action.ASK_FOR_MISSING: frozenset({Role.ACCEPTOR, Role.EXAMINER}),
    Action.REQUEST_ASSISTANCE: frozenset({Role.ACCEPTOR, Role.EXAMINER}),
    Action.HAND_OVER: _HANDLERS,
    Action.STEP_ASIDE: _HANDLERS,
}
APPLICANT_ACTIONS = frozenset({Action.ANSWER_SUPPLEMENT, Action.WITHDRAW})
PLATFORM_ACTIONS = frozenset(
    {Action.ACCEPT_BY_SILENCE, Action.RESUME, Action.TERMINATE, Action.CLOSE, Action.ASK_FOR_MISSING}
)
TICKING_ROLES = frozenset({Role.ACCEPTOR, Role.EXAMINER})


class CaseNotFound(TongbanError):
    """No such case or application, or not one of the actor's: the two look the same."""

    code: ClassVar[str] = "CASE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个办件。请核对办件编号，或在“我的办件”里查看。")


def subjects_of(actor: Actor) -> frozenset[UUID]:
    """In whose names a citizen acts: her own and her principal's."""
    if actor.kind is not ActorKind.CITIZEN:
        return frozenset()
    return frozenset(subject for subject in (actor.subject_id, actor.acting_for) if subject is not None)


def departments_of(actor: Actor) -> frozenset[str]:
    """The departments whose cases an officer or a department's own system may open."""
    if actor.kind not in (ActorKind.OFFICER, ActorKind.DEPARTMENT_SYSTEM):
        return frozenset()
    own = {actor.department} if actor.department is not None else set()
    return frozenset(own | actor.departments)


def may_see(actor: Actor, *, department: str, applicant_id: UUID) -> bool:
    if actor.kind is ActorKind.PLATFORM:
        return True
    if actor.kind is ActorKind.CITIZEN:
        return applicant_id in subjects_of(actor)
    return department in departments_of(actor)


def may_do(actor: Actor, action: Action, *, department: str, applicant_id: UUID) -> bool:
    """Whether the actor's part and post allow the act, whatever state the case is in."""
    if not may_see(actor, department=department, applicant_id=applicant_id):
        return False
    if actor.kind is ActorKind.PLATFORM:
        return action in PLATFORM_ACTIONS
    if actor.kind is ActorKind.CITIZEN:
        return action in APPLICANT_ACTIONS
    roles = OFFICER_ROLES.get(action)
    if roles is None:
        return False
    if actor.kind is ActorKind.DEPARTMENT_SYSTEM:
        # It speaks for all posts of its department; whose conflict of interest it is, only a person can say.
        return action is not Action.STEP_ASIDE
    return actor.has_role(*roles)


def may_tick(actor: Actor, *, department: str, applicant_id: UUID) -> bool:
    if actor.kind is ActorKind.CITIZEN:
        return False
    if not may_see(actor, department=department, applicant_id=applicant_id):
        return False
    return actor.kind is not ActorKind.OFFICER or actor.has_role(*TICKING_ROLES)
