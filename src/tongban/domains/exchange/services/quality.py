"""Keeping quality rules and running them over all rows of a resource (政务数据共享条例: 数据质量)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.domains.exchange import models, selectors
from tongban.domains.exchange.rules import quality
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.services.checking import Sweep, check_rows, load_rows, load_values
from tongban.domains.exchange.services.findings import report_finding
from tongban.domains.exchange.types import Check, Dimension, FindingKind, QualityRule, QualityRun
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date

Row = Mapping[str, Any]  # Any: parsed JSON; the columns and constraints check it


@transaction.atomic
def load_quality_rules(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write rules from their JSON form, all or none; a rule with the same resource and code is replaced.

    Raises `FaultyRule`, `selectors.ResourceNotFound`.
    """
    read = [_read(row) for row in rows]
    today = shanghai_date(at)
    for code, resource in selectors.get_resources({rule.resource for rule in read}).items():
        quality.check_rules([rule for rule in read if rule.resource == code], resource.fields, today)
    models.QualityRule.objects.bulk_create(
        [
            models.QualityRule(
                resource_id=rule.resource,
                code=rule.code,
                dimension=rule.dimension,
                check_kind=rule.check,
                fields=list(rule.fields),
                params=dict(rule.params),
                text=rule.text,
                least=rule.least,
            )
            for rule in read
        ],
        update_conflicts=True,
        unique_fields=["resource", "code"],
        update_fields=["dimension", "check_kind", "fields", "params", "text", "least"],
    )
    audit.record(
        actor=actor,
        action="LOAD_QUALITY_RULES",
        at=at,
        object_type="exchange.QualityRule",
        object_id="",
        detail={"count": len(read)},
    )
    return len(read)


def run_quality(resource: str, *, actor: Actor, at: datetime) -> QualityRun | None:
    """Check all rows that are held under a resource; None when none are held here.

    What falls below its rule's least share becomes a finding of the provider, one a rule until it is answered.
    Raises `selectors.ResourceNotFound`.
    """
    found = selectors.get_resource(resource)
    rows = registry.scan()(resource=resource, fields=found.fields)
    if rows is None:
        return None
    rules = selectors.rules_of(resource)
    with duckdb.connect() as connection:
        load_rows(connection, rows, found.fields)
        _load_others(connection, rules)
        sweep = check_rows(connection, rules, today=shanghai_date(at))
    return keep_run(resource, sweep, actor=actor, at=at)


def run_all_quality(*, actor: Actor, at: datetime) -> list[QualityRun]:
    """The same for every resource whose rows are held here."""
    runs = [run_quality(one.code, actor=actor, at=at) for one in selectors.list_resources()]
    return [run for run in runs if run is not None]


@transaction.atomic
def keep_run(resource: str, sweep: Sweep, *, actor: Actor, at: datetime) -> QualityRun:
    """Keep what a sweep found, and tell the provider what is not good enough."""
    shares = [one.share_right for one in sweep.outcomes]
    run = models.QualityRun.objects.create(
        resource_id=resource,
        at=at,
        rows=sweep.rows,
        score=100 * sum(shares) / len(shares) if shares else 100.0,
    )
    models.RuleOutcome.objects.bulk_create(
        models.RuleOutcome(
            run=run,
            position=position,
            code=one.rule,
            text=one.text,
            dimension=one.dimension,
            wrong=one.wrong,
            least=one.least,
        )
        for position, one in enumerate(sweep.outcomes)
    )
    for one in sweep.outcomes:
        if not one.is_enough:
            words = _("%(text)s：检查了%(rows)d条，有%(wrong)d条不符合。") % {
                "text": one.text,
                "rows": one.rows,
                "wrong": one.wrong,
            }
            report_finding(resource, FindingKind.QUALITY, text=words, reference=one.rule, actor=actor, at=at)
    return selectors.get_quality_run(run.pk)


def _load_others(connection: duckdb.DuckDBPyConnection, rules: Sequence[QualityRule]) -> None:
    """The rows of other resources with which rules compare."""
    for place, rule in enumerate(rules):
        if rule.check is not Check.SAME_AS:
            continue
        key, field = str(rule.params["key"]), str(rule.params["field"])
        rows = registry.scan()(resource=str(rule.params["resource"]), fields=(key, field))
        if rows is not None:
            load_values(connection, place, [(row.get(key), row.get(field)) for row in rows])


def _read(row: Row) -> QualityRule:
    try:
        return QualityRule(
            resource=row["resource"],
            code=row["code"],
            dimension=Dimension(row["dimension"]),
            check=Check(row["check"]),
            fields=tuple(row["fields"]),
            params=dict(row.get("params", {})),
            text=row["text"],
            least=float(row.get("least", 1.0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise quality.FaultyRule(f"quality rule {row.get('code')!r}: {error!r}") from error
