"""A plan kept behind a link."""

import secrets
from collections.abc import Collection
from datetime import datetime

from tongban.domains.eforms.rules import plain
from tongban.domains.lifeevents import models, selectors
from tongban.domains.lifeevents.services.singles import package_in_force
from tongban.domains.lifeevents.types import Facts, SavedPlan
from tongban.domains.standards import selectors as standards
from tongban.kernel.instants import shanghai_date

TOKEN_BYTES = 16


def save_plan(
    package_code: str,
    division: str,
    facts: Facts,
    *,
    at: datetime,
    optional_items: Collection[str] = (),
) -> SavedPlan:
    """The answers that led to a plan, kept under a token that cannot be guessed.

    Only facts of the situation as they were answered: nothing sensitive, nothing a register said, no name of who
    saved it. Raises `PackageNotFound`.
    """
    package = package_in_force(package_code, division, shanghai_date(at))
    elements = standards.elements()
    kept = {
        code: plain(value)
        for code, value in facts.items()
        if code in elements and elements[code].can_stand_in_conditions and not elements[code].is_sensitive
    }
    items = {item.basic_code for item in package.items}
    row = models.SavedPlan.objects.create(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        package_code=package.code,
        division=division,
        facts=kept,
        optional_items=sorted(items.intersection(optional_items)),
        saved_at=at,
    )
    return selectors.get_shared_plan(row.token)
