"""After handing in: receipt, timeline, supplements, withdrawal, rating, papers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.selectors import CaseNotFound
from tongban.domains.cases.types import Timeline, TimelineCase
from tongban.domains.evaluation import rules as rating_rules
from tongban.domains.evaluation import selectors as ratings
from tongban.domains.evaluation import services as evaluation
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import selectors as licences
from tongban.domains.licences.types import LicenceStatus
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.lifeevents import services as packages
from tongban.foundation import clock, papers
from tongban.foundation.storage.uploads import UploadRefused
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import booklet, supplements, typed
from tongban.sites.portal.pages import my
from tongban.sites.portal.pages import timeline as page_of
from tongban.sites.portal.whose import in_whosever_name
from tongban.sites.shared.errors import after_stale_token
from tongban.sites.shared.fields import Problem
from tongban.sites.shared.formats import plain_day
from tongban.sites.shared.policies import ActorRequest, citizen, public


@citizen
@in_whosever_name
def show_receipt(request: ActorRequest, number: str) -> HttpResponse:
    found = cases.get_timeline(number, actor=request.actor)
    address = settings.PUBLIC_URL + reverse("portal:status", args=[number])
    page = page_of.build_receipt(
        found,
        papers.qr_svg(address),
        page_of.waiting(lifeevents.find_run(found.application_id)),
        was_repeat="repeat" in request.GET,
    )
    return render(request, "portal/receipt.html", {"page": page})


@citizen
@in_whosever_name
def show_application(request: ActorRequest, number: str) -> HttpResponse:
    found = cases.get_timeline(number, actor=request.actor)
    for case in found.cases:
        before = typed.take(request, "portal:supplement", case.number) if case.supplement else None
        if before is not None:
            return _answer_again(request, found, case, before, 200)
        before = typed.take(request, "portal:rate", case.number)
        if before is not None:
            return _rate_again(request, found, case.number, before, 200)
    return _timeline(request, found)


@typed.kept_for("portal:supplement")
@citizen
@in_whosever_name
def show_answer_again(request: ActorRequest, number: str) -> HttpResponse:
    """The answer as it was sent with a token too old to trust: its words are still in it, and nothing is sent."""
    found = cases.get_timeline_of_case(number, actor=request.actor)
    return _answer_again(request, found, _case(found, number), request.POST, 403)


@after_stale_token(show_answer_again)
@typed.kept_for("portal:supplement")
@citizen
@in_whosever_name
def answer_supplement(request: ActorRequest, number: str) -> HttpResponse:
    """All that was asked for, at once; when something will not do, the page comes back with what was typed."""
    found = cases.get_timeline_of_case(number, actor=request.actor)
    case = _case(found, number)
    if request.method != "POST":
        return redirect("portal:application", found.number)
    try:
        supplements.answer(case, request.POST, request.FILES, actor=request.actor, at=clock.now())
    except supplements.FaultyAnswer as faulty:
        return _timeline(request, found, faulty.problems, supplements.typed(case, request.POST))
    except (handling.SupplementIncomplete, handling.AttachmentNotUsable, UploadRefused) as refused:
        problem = {"text": _(refused.sentence), "href": f"#supplement-{number}"}
        return _timeline(request, found, [problem], supplements.typed(case, request.POST))
    messages.success(request, _("补正已经交上，重新计算受理时间。"))
    return redirect("portal:application", found.number)


@citizen
@in_whosever_name
@require_POST
def hand_in_deferred(request: ActorRequest, number: str, check_id: UUID) -> HttpResponse:
    """A material that was to follow after acceptance (容缺补交)."""
    found = cases.get_timeline_of_case(number, actor=request.actor)
    task = next((one for one in _case(found, number).outstanding if one.id == check_id), None)
    if task is None:
        raise CaseNotFound(f"no outstanding material {check_id} of {number}")
    try:
        supplements.hand_in_deferred(task, request.FILES, actor=request.actor, at=clock.now())
    except supplements.FaultyAnswer as faulty:
        return _timeline(request, found, faulty.problems)
    except (handling.MaterialNotHandedIn, UploadRefused) as refused:
        return _timeline(request, found, [{"text": _(refused.sentence), "href": f"#deferred-{check_id}"}])
    messages.success(request, _("“%(material)s”已经补交。") % {"material": task.subject})
    return redirect("portal:application", found.number)


@typed.kept_for("portal:withdraw")
@citizen
@in_whosever_name
def show_withdrawal_again(request: ActorRequest, number: str) -> HttpResponse:
    """The question as it was answered with a token too old to trust: the reason is still there, nothing is withdrawn."""
    found = cases.get_timeline_of_case(number, actor=request.actor)
    return _withdrawal(request, found, number, request.POST, 403)


@after_stale_token(show_withdrawal_again)
@typed.kept_for("portal:withdraw")
@citizen
@in_whosever_name
def withdraw(request: ActorRequest, number: str) -> HttpResponse:
    found = cases.get_timeline_of_case(number, actor=request.actor)
    case = _case(found, number)
    if request.method == "POST":
        handling.withdraw(
            case_number=number,
            revision=_revision(request, case),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=clock.now(),
        )
        messages.success(request, _("“%(item)s”已经撤回。") % {"item": case.item_name})
        return redirect("portal:application", found.number)
    return _withdrawal(request, found, number, typed.take(request, "portal:withdraw", number), 200)


@typed.kept_for("portal:rate")
@citizen
@in_whosever_name
def show_rating_again(request: ActorRequest, number: str) -> HttpResponse:
    """The rating as it was sent with a token too old to trust: its words are still there, and nothing is rated."""
    found = cases.get_timeline_of_case(number, actor=request.actor)
    return _rate_again(request, found, number, request.POST, 403)


@after_stale_token(show_rating_again)
@typed.kept_for("portal:rate")
@citizen
@in_whosever_name
def rate(request: ActorRequest, number: str) -> HttpResponse:
    found = cases.get_timeline_of_case(number, actor=request.actor)
    if request.method != "POST":
        return redirect("portal:application", found.number)
    try:
        evaluation.rate(
            number,
            _whole(request.POST.get("nth")),
            _whole(request.POST.get("level")),
            request.POST.get("words", ""),
            actor=request.actor,
            at=clock.now(),
        )
    except (
        rating_rules.UnknownLevel,
        rating_rules.WordsMissing,
        rating_rules.WordsTooLong,
        evaluation.AlreadyRated,
    ) as refused:
        problem = {"text": _(refused.sentence), "href": f"#case-{number}"}
        return _timeline(request, found, [problem], rating=_rating_typed(number, request.POST))
    messages.success(request, _("谢谢您的评价。"))
    return redirect("portal:application", found.number)


@citizen
@in_whosever_name
@require_POST
def settle_branch(request: ActorRequest, number: str, basic_code: str) -> HttpResponse:
    """An item that hung on an open question: wanted after all, or not."""
    settle = packages.confirm_branch if request.POST.get("wanted") == "yes" else packages.drop_branch
    settle(number, basic_code, actor=request.actor, at=clock.now())
    return redirect("portal:application", number)


@citizen
@in_whosever_name
def explain_clock(request: ActorRequest, number: str) -> HttpResponse:
    found = cases.get_timeline_of_case(number, actor=request.actor)
    account = cases.get_clock(number, actor=request.actor)
    back = reverse("portal:application", args=[found.number])
    page = page_of.build_clock(number, account, f"{back}#case-{number}")
    return render(request, "portal/clock.html", {"page": page})


@citizen
@in_whosever_name
def open_paper(request: ActorRequest, paper_id: UUID) -> HttpResponse:
    body = handling.open_paper(paper_id=paper_id, actor=request.actor, at=clock.now())
    return HttpResponse(body, content_type="application/pdf")


@citizen
@in_whosever_name
def open_booklet(request: ActorRequest, number: str) -> HttpResponse:
    """What to mind once everything is done (开业后指导), with the results at hand."""
    found = cases.get_timeline(number, actor=request.actor)
    run = lifeevents.find_run(found.application_id)
    if run is None or not run.after_care:
        raise Http404(f"{number} has nothing to mind afterwards")
    results = [one for case in found.cases for one in licences.list_for_case(case.number)]
    body = booklet.render(found, run.after_care, results, at=clock.now())
    return HttpResponse(body, content_type="application/pdf")


@public
def show_status(request: ActorRequest, number: str) -> HttpResponse:
    """What the receipt's QR code opens: no personal data, no log-in."""
    page = page_of.build_status(cases.get_public_status(number))
    return render(request, "portal/status.html", {"page": page, "number": number})


@public
def look_for_status(request: ActorRequest) -> HttpResponse:
    number = "".join(request.GET.get("number", "").split())
    if not number:
        return render(request, "portal/status.html", {"number": ""})
    try:
        cases.get_public_status(number)
    except CaseNotFound:
        problem = _("没有这个申请编号。请对照收件凭证再看一遍，字母 SQ 也要输入。")
        return render(request, "portal/status.html", {"number": number, "problem": problem}, status=404)
    return redirect("portal:status", number)


@public
def check_licence(request: ActorRequest, number: str) -> HttpResponse:
    """What a licence's QR code opens: whether it can be relied on today. A person holding it is not named."""
    licence = licences.get_by_number(number)
    status = licences.status_on(licence, shanghai_date(clock.now()))
    card = my.licence_card(licence, status)
    is_person = identity.get_subject(licence.holder_id).kind is SubjectKind.PERSON
    context = {
        "card": replace(card, holder="") if is_person else card,
        "number": licence.number,
        "is_good": status is LicenceStatus.VALID,
        "today": plain_day(shanghai_date(clock.now())),
    }
    return render(request, "portal/licence_check.html", context)


def _answer_again(
    request: ActorRequest, found: Timeline, case: TimelineCase, posted: QueryDict, status: int
) -> HttpResponse:
    notice = _("刚才填的都还在，但还没有交上。请重新选择要上传的文件，核对后再交一次。")
    problem = {"text": notice, "href": f"#supplement-{case.number}"}
    return _timeline(request, found, [problem], supplements.typed(case, posted), status)


def _rate_again(
    request: ActorRequest, found: Timeline, number: str, posted: QueryDict, status: int
) -> HttpResponse:
    notice = _("刚才写的评价还在，但还没有提交。请核对后再提交一次。")
    problem = {"text": notice, "href": f"#case-{number}"}
    return _timeline(request, found, [problem], status=status, rating=_rating_typed(number, posted))


def _rating_typed(number: str, posted: QueryDict) -> page_of.RatingTyped:
    return page_of.RatingTyped(
        number, _whole(posted.get("nth")), _whole(posted.get("level")), posted.get("words", "")
    )


def _withdrawal(
    request: ActorRequest, found: Timeline, number: str, posted: QueryDict | None, status: int
) -> HttpResponse:
    """The question whether to withdraw; `posted` is an answer that did not count, with its reason."""
    notice = _("您写的理由还在，但申请还没有撤回。要撤回的，请再点一次“撤回”。")
    page = page_of.build_withdrawal(
        found,
        _case(found, number),
        reason=posted.get("reason", "") if posted is not None else "",
        problems=({"text": notice, "href": "#reason"},) if posted is not None else (),
    )
    return render(request, "portal/withdraw.html", {"page": page}, status=status)


def _timeline(
    request: ActorRequest,
    found: Timeline,
    problems: Sequence[Problem] = (),
    given: Mapping[tuple[str, str], object] | None = None,
    status: int = 0,
    rating: page_of.RatingTyped | None = None,
) -> HttpResponse:
    page = page_of.build(
        found,
        ratings.rights_of_cases([case.number for case in found.cases]),
        supplements.reopened_fields(found, given or {}),
        lifeevents.find_run(found.application_id),
        problems,
        rating,
    )
    return render(
        request, "portal/application.html", {"page": page}, status=status or (422 if problems else 200)
    )


def _case(found: Timeline, number: str) -> TimelineCase:
    for case in found.cases:
        if case.number == number:
            return case
    raise CaseNotFound(f"no case {number} in {found.number}")


def _revision(request: ActorRequest, case: TimelineCase) -> int:
    shown = request.POST.get("revision", "")
    return int(shown) if shown.isdecimal() else case.revision


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
