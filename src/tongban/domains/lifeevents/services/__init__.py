"""What can be asked for of a life event, from the first question to the last branch."""

from tongban.domains.lifeevents.services.applying import begin, bring_up_to_date
from tongban.domains.lifeevents.services.branches import (
    BranchNotFound,
    confirm_branch,
    drop_branch,
    note_ended,
    note_granted,
)
from tongban.domains.lifeevents.services.gathered import forget_gathered
from tongban.domains.lifeevents.services.packages import export_packages, import_packages
from tongban.domains.lifeevents.services.planning import (
    gather,
    gather_afresh,
    next_question,
    plan,
    plan_for_draft,
)
from tongban.domains.lifeevents.services.sharing import save_plan
from tongban.domains.lifeevents.services.singles import package_in_force
from tongban.domains.lifeevents.services.submission import (
    PROMISE_CONSENT,
    AuthorisationMissing,
    FormIncomplete,
    PlanUnsettled,
    WrongApplicant,
    promise_consent,
    submit,
)

__all__ = [
    "PROMISE_CONSENT",
    "AuthorisationMissing",
    "BranchNotFound",
    "FormIncomplete",
    "PlanUnsettled",
    "WrongApplicant",
    "begin",
    "bring_up_to_date",
    "confirm_branch",
    "drop_branch",
    "export_packages",
    "forget_gathered",
    "gather",
    "gather_afresh",
    "import_packages",
    "next_question",
    "note_ended",
    "note_granted",
    "package_in_force",
    "plan",
    "plan_for_draft",
    "promise_consent",
    "save_plan",
    "submit",
]
