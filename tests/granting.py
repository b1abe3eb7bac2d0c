"""The grants that guides rest on: each department may fetch what its own items would else ask for on paper."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tongban.domains.exchange import selectors, services
from tongban.domains.exchange.types import Grant
from tongban.kernel.actors import PLATFORM

CONDITIONAL = "2"


def grant_what_guides_need(guides: Iterable[Mapping[str, Any]], *, at: datetime) -> None:
    """As the demo's providers do when the city is founded."""
    catalogue = {one.code: one for one in selectors.list_resources()}
    needed = {
        (guide["department"], material["resource"])
        for guide in guides
        for material in guide["materials"]
        if material["resource"] in catalogue
    }
    for department, resource in sorted(needed):
        if catalogue[resource].sharing == CONDITIONAL:
            fields = catalogue[resource].fields
            services.grant_access(
                Grant(resource, department, fields, "办理事项", at, None), actor=PLATFORM, at=at
            )
