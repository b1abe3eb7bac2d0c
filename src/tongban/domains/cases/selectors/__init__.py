"""What can be read of cases: frozen values, a fixed number of queries."""

from tongban.domains.cases.rules.access import CaseNotFound
from tongban.domains.cases.selectors.applications import (
    find_application_of,
    get_receipt_by_key,
    list_applications,
    receipt_for,
)
from tongban.domains.cases.selectors.assistance import (
    find_assistance,
    list_assistance_asked_by,
    list_assistance_asked_of,
    list_assistance_of_case,
    list_overdue_assistance,
)
from tongban.domains.cases.selectors.calendar import (
    get_calendar,
    get_calendar_reach,
    get_calendar_status,
    list_calendar_changes,
)
from tongban.domains.cases.selectors.calls import list_calls
from tongban.domains.cases.selectors.causes import (
    count_open_by_version,
    facts_of,
    is_live,
    licence_ground,
    list_open_by_version,
)
from tongban.domains.cases.selectors.dossier import (
    find_item,
    get_clock,
    get_dossier,
    list_checks,
)
from tongban.domains.cases.selectors.oversight import (
    list_overdue,
    list_overdue_of_packages,
    list_overrides,
)
from tongban.domains.cases.selectors.queue import (
    PAGE_SIZE,
    BadCursor,
    list_queue,
    list_saved_views,
    queue_counts,
)
from tongban.domains.cases.selectors.timeline import get_public_status, get_timeline, get_timeline_of_case
from tongban.domains.cases.selectors.waived import forbidden_requests, list_waived

__all__ = [
    "PAGE_SIZE",
    "BadCursor",
    "CaseNotFound",
    "count_open_by_version",
    "facts_of",
    "find_application_of",
    "find_assistance",
    "find_item",
    "forbidden_requests",
    "get_calendar",
    "get_calendar_reach",
    "get_calendar_status",
    "get_clock",
    "get_dossier",
    "get_public_status",
    "get_receipt_by_key",
    "get_timeline",
    "get_timeline_of_case",
    "is_live",
    "licence_ground",
    "list_applications",
    "list_assistance_asked_by",
    "list_assistance_asked_of",
    "list_assistance_of_case",
    "list_calendar_changes",
    "list_calls",
    "list_checks",
    "list_open_by_version",
    "list_overdue",
    "list_overdue_assistance",
    "list_overdue_of_packages",
    "list_overrides",
    "list_queue",
    "list_saved_views",
    "list_waived",
    "queue_counts",
    "receipt_for",
]
