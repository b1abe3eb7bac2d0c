"""What can be done to the data catalogue, and the look-up itself."""

from tongban.domains.exchange.services.batches import (
    FaultyFile,
    drop_file,
    subject_field,
    take_file,
    waiting_files,
)
from tongban.domains.exchange.services.by_hand import record_answer
from tongban.domains.exchange.services.comparison import compare as compare_logs
from tongban.domains.exchange.services.demands import (
    DemandNotFound,
    FaultyDemand,
    NegativeListMissing,
    NotOverdue,
    ReasonMissing,
    agree,
    ask_for_data,
    dispute,
    name_provider,
    order,
    refuse,
    supply,
    uphold,
    withdraw,
)
from tongban.domains.exchange.services.evidence import (
    EvidenceImpossible,
)
from tongban.domains.exchange.services.evidence import (
    fault as evidence_fault,
)
from tongban.domains.exchange.services.evidence import (
    read_ages as evidence_ages,
)
from tongban.domains.exchange.services.findings import (
    AnswerMissing,
    FindingNotFound,
    answer_finding,
    report_finding,
)
from tongban.domains.exchange.services.grants import GrantNotFound, end_grant, grant_access
from tongban.domains.exchange.services.lookup import look_up, look_up_many
from tongban.domains.exchange.services.permission import UnknownField
from tongban.domains.exchange.services.proofs import (
    NotSealedYet,
    RecordNotFound,
    RecordNotInBatch,
)
from tongban.domains.exchange.services.proofs import (
    prove as prove_record,
)
from tongban.domains.exchange.services.quality import load_quality_rules, run_all_quality, run_quality
from tongban.domains.exchange.services.rates import forget_past_minutes
from tongban.domains.exchange.services.registry import (
    ProviderDown,
    register_cause_check,
    register_default_provider,
    register_provider,
    register_row_store,
)
from tongban.domains.exchange.services.resources import (
    FaultyResource,
    NotYourResource,
    ReviewMissing,
    entry_schema,
    export_resources,
    import_resources,
    load_resources,
    review_resource,
    set_live,
)
from tongban.domains.exchange.services.sealing import keep_up as seal_evidence
from tongban.domains.exchange.services.systems import (
    FaultySystem,
    NotYourSystem,
    export_systems,
    load_systems,
    register_system,
    stop_system,
)
from tongban.domains.exchange.services.verification import (
    note as note_verification,
)
from tongban.domains.exchange.services.verification import (
    verify as verify_evidence,
)
from tongban.domains.exchange.services.ways import FaultyWay, drop_way, set_way

__all__ = [
    "AnswerMissing",
    "DemandNotFound",
    "EvidenceImpossible",
    "FaultyDemand",
    "FaultyFile",
    "FaultyResource",
    "FaultySystem",
    "FaultyWay",
    "FindingNotFound",
    "GrantNotFound",
    "NegativeListMissing",
    "NotOverdue",
    "NotSealedYet",
    "NotYourResource",
    "NotYourSystem",
    "ProviderDown",
    "ReasonMissing",
    "RecordNotFound",
    "RecordNotInBatch",
    "ReviewMissing",
    "UnknownField",
    "agree",
    "answer_finding",
    "ask_for_data",
    "compare_logs",
    "dispute",
    "drop_file",
    "drop_way",
    "end_grant",
    "entry_schema",
    "evidence_ages",
    "evidence_fault",
    "export_resources",
    "export_systems",
    "forget_past_minutes",
    "grant_access",
    "import_resources",
    "load_quality_rules",
    "load_resources",
    "load_systems",
    "look_up",
    "look_up_many",
    "name_provider",
    "note_verification",
    "order",
    "prove_record",
    "record_answer",
    "refuse",
    "register_cause_check",
    "register_default_provider",
    "register_provider",
    "register_row_store",
    "register_system",
    "report_finding",
    "review_resource",
    "run_all_quality",
    "run_quality",
    "seal_evidence",
    "set_live",
    "set_way",
    "stop_system",
    "subject_field",
    "supply",
    "take_file",
    "uphold",
    "verify_evidence",
    "waiting_files",
    "withdraw",
]
