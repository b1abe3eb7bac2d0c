"""What an officer can do to a case: one form an act, with what it causes said before it is done."""

from collections.abc import Mapping

from tongban.domains.cases import services as cases
from tongban.domains.cases.types import Dossier
from tongban.domains.identity import services as identity
from tongban.domains.licences import services as licences
from tongban.domains.licences import states as licence_states
from tongban.sites.console.acts.acceptance import Accept, RefuseAcceptance, RequestSupplement
from tongban.sites.console.acts.assistance import AskForMissing, RequestAssistance
from tongban.sites.console.acts.charge import Correct, HandOver, StepAside
from tongban.sites.console.acts.decision import Grant, Refuse, Serve, Terminate
from tongban.sites.console.acts.examination import (
    Extend,
    FinishExamination,
    RecordProcedure,
    Resume,
    Return,
    Suspend,
)
from tongban.sites.console.acts.form import ActForm, Doing, Matter

__all__ = ["ACTS", "BY_SLUG", "REFUSALS", "ActForm", "Doing", "Matter", "RequestSupplement", "acts_for"]

REFUSALS = (
    cases.AcceptedBySilence,
    cases.AssistanceFaulty,
    cases.ClockRunsOn,
    cases.ConflictOfInterest,
    cases.ExtensionRefused,
    cases.FaultyPeriod,
    cases.FlagUnanswered,
    cases.LengthNotAnnounced,
    cases.HolderUnknown,
    identity.FaultyNumber,
    licences.FaultyIssue,
    licence_states.IllegalTransition,
    cases.MaterialOutstanding,
    cases.MustNotBeAsked,
    cases.NotAColleague,
    cases.NotASpecialProcedure,
    cases.NotDeferrable,
    cases.NotOnTheList,
    cases.NothingToCorrect,
    cases.NothingToSupplement,
    cases.PointsFailed,
    cases.PointsOpen,
    cases.ProofMissing,
    cases.ReasonMissing,
    cases.RefusalWithoutBasis,
    cases.RefusalWithoutPoint,
    cases.SecondPersonNeeded,
    cases.AnswerDayPast,
    cases.SupplementAlreadyRequested,
    cases.SupplementStillOpen,
    cases.TwoOfficersNeeded,
    cases.WhereToGoMissing,
)
"""What the law or the manual may object to a well-filled form."""

ACTS: tuple[type[ActForm], ...] = (
    Accept,
    RequestSupplement,
    RefuseAcceptance,
    FinishExamination,
    Grant,
    Refuse,
    Return,
    Suspend,
    Resume,
    Extend,
    RecordProcedure,
    Serve,
    RequestAssistance,
    AskForMissing,
    Terminate,
    Correct,
    HandOver,
    StepAside,
)
BY_SLUG: Mapping[str, type[ActForm]] = {act.slug: act for act in ACTS}


def acts_for(dossier: Dossier) -> tuple[type[ActForm], ...]:
    """What the officer may do to the case now, the usual way first."""
    return tuple(act for act in ACTS if act.is_offered(dossier))
