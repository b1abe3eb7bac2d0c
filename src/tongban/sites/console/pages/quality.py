"""Quality of the city's data: scorecards, trends, findings with their answers, batch files with their quarantine."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange.types import (
    Batch,
    BatchState,
    Dimension,
    Finding,
    FindingKind,
    QualityRun,
    QuarantinedRow,
    Resource,
)
from tongban.kernel.actors import Actor
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.words import UNKNOWN, State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import full_day, moment, plain_day

GOOD = 95.0
_MASKED_FROM, _MASKED_TO = 1, 1
_BAR_WIDTH, _BAR_GAP, _BAR_HEIGHT = 28, 8, 100


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One resource, or one department with all of its resources."""

    name: str
    under: str
    address: str
    score: str
    trend: str
    checked: str
    findings: str
    state: State


@dataclass(frozen=True, slots=True)
class QualityPage:
    tabs: tuple[Tab, ...]
    sentence: str
    departments: tuple[ScoreLine, ...]
    resources: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    dimension: str
    text: str
    wrong: str
    right: str
    wanted: str
    state: State


@dataclass(frozen=True, slots=True)
class Bar:
    """One run in the picture of the trend; lengths in its own units of 100 for the whole height."""

    x: int
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class ResourceQualityPage:
    tabs: tuple[Tab, ...]
    title: str
    sentence: str
    rules: tuple[RuleLine, ...]
    bars: tuple[Bar, ...]
    width: int
    runs: tuple[tuple[str, str, str], ...]
    findings: "tuple[FindingLine, ...]"


@dataclass(frozen=True, slots=True)
class FindingLine:
    title: str
    text: str
    resource: str
    when: str
    due: str
    state: State
    address: str


@dataclass(frozen=True, slots=True)
class FindingsPage:
    tabs: tuple[Tab, ...]
    sentence: str
    open: tuple[FindingLine, ...]
    answered: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class FindingPage:
    tabs: tuple[Tab, ...]
    title: str
    facts: tuple[tuple[str, str], ...]
    text: str
    state: State
    answer: str
    answered: str
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


@dataclass(frozen=True, slots=True)
class BatchLine:
    name: str
    resource: str
    when: str
    rows: str
    address: str
    state: State


@dataclass(frozen=True, slots=True)
class BatchesPage:
    tabs: tuple[Tab, ...]
    lines: tuple[BatchLine, ...]
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    row: str
    reasons: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BatchPage:
    tabs: tuple[Tab, ...]
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    state: State
    rows: tuple[QuarantineLine, ...]
    more: str
    csv: str


def build_scores(
    resources: Sequence[Resource],
    runs: Mapping[str, Sequence[QualityRun]],
    findings: Sequence[Finding],
    *,
    actor: Actor,
    today: date,
) -> QualityPage:
    """`runs` are each resource's latest, newest first; `findings` the open ones."""
    measured = [one for one in resources if runs.get(one.code)]
    low = sum(runs[one.code][0].score < GOOD for one in measured)
    sentence = _("%(all)d 项资源里检查过 %(measured)d 项，其中 %(low)d 项低于 %(good)d 分。") % {
        "all": len(resources),
        "measured": len(measured),
        "low": low,
        "good": int(GOOD),
    }
    departments: dict[str, list[Resource]] = {}
    for one in resources:
        departments.setdefault(one.provider_name, []).append(one)
    return QualityPage(
        tabs=tabs(actor, "console:data_quality"),
        sentence=sentence,
        departments=tuple(
            _department_line(name, held, runs, findings, today) for name, held in departments.items()
        ),
        resources=tuple(
            _resource_line(one, runs.get(one.code, ()), findings, today)
            for one in sorted(resources, key=lambda one: (one not in measured, _score(runs, one), one.code))
        ),
    )


def build_resource(
    resource: Resource,
    runs: Sequence[QualityRun],
    findings: Sequence[Finding],
    *,
    actor: Actor,
    today: date,
) -> ResourceQualityPage:
    latest = runs[0] if runs else None
    oldest_first = list(reversed(runs))
    return ResourceQualityPage(
        tabs=tabs(actor, "console:data_quality"),
        title=_("%(name)s的数据质量") % {"name": resource.name},
        sentence=_run_sentence(latest),
        rules=tuple(
            RuleLine(
                dimension=dimension_words(one.dimension),
                text=one.text,
                wrong=str(one.wrong),
                right=_percent(one.share_right),
                wanted=_percent(one.least),
                state=_enough(one.is_enough),
            )
            for one in (latest.outcomes if latest else ())
        ),
        bars=tuple(
            Bar(
                x=nth * (_BAR_WIDTH + _BAR_GAP),
                y=_BAR_HEIGHT - run.score,
                height=run.score,
                words=_("%(day)s：%(score)s 分") % {"day": plain_day(run.at), "score": f"{run.score:.1f}"},
            )
            for nth, run in enumerate(oldest_first)
        ),
        width=max(1, len(runs) * (_BAR_WIDTH + _BAR_GAP)),
        runs=tuple((moment(run.at), str(run.rows), f"{run.score:.1f}") for run in runs),
        findings=tuple(_finding_line(one, today) for one in findings),
    )


def build_findings(
    open_ones: Sequence[Finding], answered: Sequence[Finding], *, actor: Actor, today: date
) -> FindingsPage:
    late = sum(one.due_on < today for one in open_ones)
    sentence = _("%(count)d 个数据问题等着答复，其中 %(late)d 个已经超期。") % {
        "count": len(open_ones),
        "late": late,
    }
    return FindingsPage(
        tabs=tabs(actor, "console:data_findings"),
        sentence=sentence,
        open=tuple(_finding_line(one, today) for one in open_ones),
        answered=tuple(_finding_line(one, today) for one in answered),
    )


def build_finding(
    finding: Finding,
    fields: Sequence[FieldView],
    problems: Sequence[Problem],
    *,
    actor: Actor,
    today: date,
) -> FindingPage:
    line = _finding_line(finding, today)
    facts = [
        (_("资源"), f"{finding.resource_name}（{finding.resource}）"),
        (_("发现时间"), moment(finding.found_at)),
        (_("答复期限"), full_day(finding.due_on)),
    ]
    answered = ""
    if finding.answered_at is not None:
        answered = _("%(name)s，%(when)s") % {
            "name": finding.answered_by,
            "when": moment(finding.answered_at),
        }
    return FindingPage(
        tabs=tabs(actor, "console:data_findings"),
        title=line.title,
        facts=tuple(facts),
        text=finding.text,
        state=line.state,
        answer=finding.answer,
        answered=answered,
        fields=() if answered else tuple(fields),
        problems=tuple(problems),
        action=line.address,
    )


def build_batches(
    batches: Sequence[Batch],
    fields: Sequence[FieldView],
    problems: Sequence[Problem],
    *,
    actor: Actor,
    is_waiting: bool,
) -> BatchesPage:
    return BatchesPage(
        tabs=tabs(actor, "console:data_batches"),
        lines=tuple(
            BatchLine(
                name=one.file_name,
                resource=one.resource_name,
                when=moment(one.received_at),
                rows=_rows_words(one),
                address=reverse("console:data_batch", args=[one.id]),
                state=batch_state(one),
            )
            for one in batches
        ),
        fields=tuple(fields),
        problems=tuple(problems),
        action=reverse("console:data_batches"),
        is_waiting=is_waiting,
    )


def build_batch(
    batch: Batch, rows: Sequence[QuarantinedRow], labels: Mapping[str, str], *, actor: Actor, is_cut: bool
) -> BatchPage:
    more = ""
    if is_cut and rows:
        more = f"{reverse('console:data_batch', args=[batch.id])}?after={rows[-1].row}"
    return BatchPage(
        tabs=tabs(actor, "console:data_batches"),
        title=batch.file_name,
        sentence=batch.reason or _rows_words(batch),
        facts=(
            (_("资源"), f"{batch.resource_name}（{batch.resource}）"),
            (_("收到时间"), moment(batch.received_at)),
            (_("处理完"), moment(batch.finished_at) if batch.finished_at else UNKNOWN),
        ),
        state=batch_state(batch),
        rows=tuple(
            QuarantineLine(
                row=str(one.row) if one.row > 0 else UNKNOWN,
                reasons=one.reasons,
                values=tuple((labels.get(name, name), masked(value)) for name, value in one.values.items()),
            )
            for one in rows
        ),
        more=more,
        csv=reverse("console:data_quarantine", args=[batch.id]) if batch.quarantined else "",
    )


def masked(value: str) -> str:
    """Enough to find the row in one's own file, not enough to know whom it is about."""
    if len(value) <= _MASKED_FROM + _MASKED_TO:
        return value
    return f"{value[:_MASKED_FROM]}{'*' * (len(value) - _MASKED_FROM - _MASKED_TO)}{value[-_MASKED_TO:]}"


def batch_state(batch: Batch) -> State:
    if batch.state is BatchState.REFUSED:
        return State(_("没有处理"), "bad", "circle-x")
    if batch.state is BatchState.RECEIVED:
        return State(_("处理中"), "going", "hourglass")
    if batch.quarantined:
        return State(_("有行被隔离"), "asked", "triangle-alert")
    return State(_("全部收下"), "done", "circle-check")


def dimension_words(dimension: Dimension) -> str:
    return {
        Dimension.COMPLETE: _("完整"),
        Dimension.VALID: _("规范"),
        Dimension.CONSISTENT: _("一致"),
        Dimension.TIMELY: _("及时"),
        Dimension.ACCURATE: _("准确"),
        Dimension.UNIQUE: _("唯一"),
    }[dimension]


def kind_words(kind: FindingKind) -> str:
    return {
        FindingKind.QUALITY: _("数据质量不够"),
        FindingKind.NO_ANSWER: _("办件等不到数据"),
        FindingKind.GARBAGE: _("应答读不懂"),
        FindingKind.OTHER_SUBJECT: _("返回了别人的记录"),
        FindingKind.OBJECTION: _("当事人有异议"),
        FindingKind.DISAGREES: _("两边留痕不一致"),
    }[kind]


def _department_line(
    name: str,
    held: Sequence[Resource],
    runs: Mapping[str, Sequence[QualityRun]],
    findings: Sequence[Finding],
    today: date,
) -> ScoreLine:
    latest = [runs[one.code][0] for one in held if runs.get(one.code)]
    codes = {one.code for one in held}
    score = sum(one.score for one in latest) / len(latest) if latest else None
    return ScoreLine(
        name=name,
        under=_("%(count)d 项资源，检查过 %(measured)d 项") % {"count": len(held), "measured": len(latest)},
        address="",
        score=UNKNOWN if score is None else f"{score:.1f}",
        trend="",
        checked="",
        findings=_findings_words(findings, codes, today),
        state=_score_state(score),
    )


def _resource_line(
    resource: Resource, runs: Sequence[QualityRun], findings: Sequence[Finding], today: date
) -> ScoreLine:
    score = runs[0].score if runs else None
    return ScoreLine(
        name=resource.name,
        under=f"{resource.code} · {resource.provider_name}",
        address=reverse("console:data_resource_quality", args=[resource.code]),
        score=UNKNOWN if score is None else f"{score:.1f}",
        trend=_trend(runs),
        checked=_("%(rows)d 条，%(when)s") % {"rows": runs[0].rows, "when": moment(runs[0].at)}
        if runs
        else "",
        findings=_findings_words(findings, {resource.code}, today),
        state=_score_state(score),
    )


def _findings_words(findings: Sequence[Finding], codes: Collection[str], today: date) -> str:
    own = [one for one in findings if one.resource in codes]
    if not own:
        return _("没有")
    late = sum(one.due_on < today for one in own)
    return _("%(count)d 个，超期 %(late)d 个") % {"count": len(own), "late": late}


def _trend(runs: Sequence[QualityRun]) -> str:
    if len(runs) < 2:
        return ""
    change = runs[0].score - runs[1].score
    if abs(change) < 0.05:
        return _("和上次一样")
    if change > 0:
        return _("比上次高 %(points)s 分") % {"points": f"{change:.1f}"}
    return _("比上次低 %(points)s 分") % {"points": f"{-change:.1f}"}


def _run_sentence(run: QualityRun | None) -> str:
    if run is None:
        return _("这项资源的数据不在平台上，或者还没有检查过。")
    return _("%(when)s 检查了 %(rows)d 条，得 %(score)s 分：各条规则符合比例的平均数。") % {
        "when": moment(run.at),
        "rows": run.rows,
        "score": f"{run.score:.1f}",
    }


def _finding_line(finding: Finding, today: date) -> FindingLine:
    if finding.answered_at is not None:
        state = State(_("已答复"), "done", "circle-check")
    elif finding.due_on < today:
        state = State(_("已超期"), "bad", "circle-alert")
    else:
        state = State(_("等着答复"), "asked", "clock")
    return FindingLine(
        title=kind_words(finding.kind),
        text=finding.text,
        resource=finding.resource_name,
        when=moment(finding.found_at),
        due=full_day(finding.due_on),
        state=state,
        address=reverse("console:data_finding", args=[finding.id]),
    )


def _rows_words(batch: Batch) -> str:
    if batch.state is not BatchState.DONE:
        return UNKNOWN
    return _("%(rows)d 行：收下 %(kept)d 行，隔离 %(bad)d 行") % {
        "rows": batch.rows,
        "kept": batch.kept,
        "bad": batch.quarantined,
    }


def _score(runs: Mapping[str, Sequence[QualityRun]], resource: Resource) -> float:
    found = runs.get(resource.code)
    return found[0].score if found else 0.0


def _score_state(score: float | None) -> State:
    if score is None:
        return State(_("没有检查过"), "ended", "circle")
    return _enough(score >= GOOD)


def _enough(is_enough: bool) -> State:
    if is_enough:
        return State(_("达标"), "done", "circle-check")
    return State(_("不达标"), "bad", "circle-alert")


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"
