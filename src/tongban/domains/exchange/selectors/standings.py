"""Reads of whether resources can stand in for papers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tongban.domains.exchange import models
from tongban.domains.exchange.models import Sharing
from tongban.domains.exchange.selectors.catalogue import COLUMNS, as_resource
from tongban.domains.exchange.types import Resource, ResourceStanding, ResourceUse
from tongban.foundation.prepared import Statement

# Asked for every plan and guide: one statement for all items, the grants of each resource beside it.
_STANDINGS = Statement(
    "resource_standings",
    """
SELECT r.code, r.name, r.provider_id, d.name, r.sharing, r.is_live, r.fields,
    (
        SELECT jsonb_agg(jsonb_build_array(g.department_id, g.items, g.fields)) FROM exchange_grant g
        WHERE g.resource_id = r.code AND g.department_id = ANY($2)
        AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to > $3)
    ),
    (SELECT q.score / 100 FROM exchange_qualityrun q WHERE q.resource_id = r.code ORDER BY q.at DESC LIMIT 1)
FROM exchange_resource r JOIN directory_department d ON d.code = r.provider_id
WHERE r.code = ANY($1)
""",
)


def resource_standings(
    uses: Sequence[ResourceUse], *, at: datetime
) -> Mapping[str, Mapping[str, ResourceStanding]]:
    """By item and resource, whether it can stand in for a material; a resource not in the catalogue is left out. One query."""
    codes = sorted({code for use in uses for code in use.resources})
    if not codes:
        return {use.item: {} for use in uses}
    departments = sorted({one for use in uses for one in use.departments})
    with connection.cursor() as cursor:
        _STANDINGS.execute(cursor, [codes, departments, at])
        rows = {row[0]: row for row in cursor.fetchall()}
    return {
        use.item: {code: _standing(rows[code], use) for code in sorted(use.resources) if code in rows}
        for use in uses
    }


def list_published() -> tuple[Resource, ...]:
    """The resources that can be asked now and are shared at all, by code."""
    rows = models.Resource.objects.filter(is_live=True).exclude(sharing=Sharing.NONE)
    return tuple(as_resource(row) for row in rows.order_by("code").values_list(*COLUMNS))


def _standing(row: Any, use: ResourceUse) -> ResourceStanding:  # Any: a row of the statement above
    code, name, provider, provider_name, sharing, is_live, fields, grants, quality = row
    departments = use.departments
    # What is shared with all, or held by the department itself, needs no grant.
    if sharing == Sharing.UNCONDITIONAL or provider in departments:
        granted_to, readable = departments[0], frozenset(fields)
    else:
        granted_to, readable = _granted(json.loads(grants) if grants else [], use)
    return ResourceStanding(
        resource=code,
        name=name,
        provider=provider,
        provider_name=provider_name,
        is_live=is_live and sharing != Sharing.NONE,
        granted_to=granted_to,
        fields=tuple(one for one in fields if one in readable),
        quality=quality,
    )


def _granted(
    grants: Sequence[tuple[str, Sequence[str], Sequence[str]]], use: ResourceUse
) -> tuple[str, frozenset[str]]:
    """The first of the departments that holds a grant for the item, and the fields it may read; one that names no items is for all."""
    for department in use.departments:
        mine = [(items, some) for holder, items, some in grants if holder == department]
        fields = frozenset(one for items, some in mine if not items or use.item in items for one in some)
        if fields:
            return department, fields
    return "", frozenset()
