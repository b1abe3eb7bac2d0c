"""A life event from its first question to its draft."""

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.lifeevents import services as planning
from tongban.domains.lifeevents.types import Background, Package, Plan, Question
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.kernel.actors import ActorKind
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import places, plan_paper
from tongban.sites.portal.facts import UNKNOWN, read_answer, read_facts, to_query
from tongban.sites.portal.pages import events, plan
from tongban.sites.shared.policies import ActorRequest, account_id, citizen, public
from tongban.sites.shared.visitors import same_for_visitors


class Asked:
    """What an address of a life event says: the place, the facts, the optional items."""

    def __init__(self, request: ActorRequest, code: str) -> None:
        self.code = code
        self.at: datetime = clock.now()
        self.division = places.chosen_division(request)
        self.facts = read_facts(request.GET, standards.elements(), today=shanghai_date(self.at))
        self.items = tuple(request.GET.getlist("item"))

    @property
    def query(self) -> str:
        return to_query(self.division, self.facts, standards.elements(), self.items)

    def gather(self, request: ActorRequest) -> Background:
        return planning.gather(self.code, division=self.division, actor=request.actor, at=self.at)

    @property
    def package(self) -> Package:
        return planning.package_in_force(self.code, self.division, shanghai_date(self.at))

    def next_question(self, background: Background) -> Question | None:
        return planning.next_question(
            self.code, self.facts, background.known, division=self.division, at=self.at
        )

    def plan(self, request: ActorRequest, background: Background | None = None) -> Plan:
        return planning.plan(
            self.code,
            self.division,
            self.facts,
            actor=request.actor,
            at=self.at,
            optional_items=self.items,
            background=background,
        )


@public
@same_for_visitors
def list_events(request: ActorRequest) -> HttpResponse:
    return render(request, "portal/events.html", {"page": events.build_list(lifeevents.list_packages())})


@public
def show_event(request: ActorRequest, code: str) -> HttpResponse:
    division = places.chosen_division(request)
    package = planning.package_in_force(code, division, shanghai_date(clock.now()))
    if package.is_single:
        return redirect("portal:guide", division, code)
    guides = catalogue.list_guides(division, shanghai_date(clock.now()))
    page = events.build_event(
        package, guides, directory.get_department(package.lead_department), places.districts(), division
    )
    return render(request, "portal/event.html", {"page": page})


@public
def ask(request: ActorRequest, code: str) -> HttpResponse:
    """The next question, one a page; when none is left, the plan. On demand the registers are asked again first."""
    asked = Asked(request, code)
    if "afresh" in request.POST:
        planning.gather_afresh(code, division=asked.division, actor=request.actor, at=asked.at)
        return redirect(f"{reverse('portal:questions', args=[code])}?{asked.query}")
    background = asked.gather(request)
    question = asked.next_question(background)
    if request.method == "POST":
        return _answer(request, asked, background, question)
    if question is None:
        return redirect(f"{reverse('portal:plan', args=[code])}?{asked.query}")
    response = _question(request, asked, background, question)
    places.keep_division(response, asked.division)
    return response


@public
def show_plan(request: ActorRequest, code: str) -> HttpResponse:
    asked = Asked(request, code)
    background = asked.gather(request)
    if asked.next_question(background) is not None:
        return redirect(f"{reverse('portal:questions', args=[code])}?{asked.query}")
    made = asked.plan(request, background)
    # What a register holds counts before what was answered, and is shown with its source instead.
    held = {one.element.code for one in made.known}
    answers = {code: value for code, value in asked.facts.items() if code not in held}
    answered = events.answered_views(made.package, asked.division, answers, standards.elements())
    lapsed = lifeevents.lapsed_licences(made, background.parties, shanghai_date(asked.at))
    page = plan.build(made, asked.query, answered, asked.items, lapsed=lapsed)
    context = {"page": page, "other_name": _other_name(request, made.package)}
    return render(request, "portal/plan.html", context)


@public
def print_plan(request: ActorRequest, code: str) -> HttpResponse:
    """The plan as a paper to take along; facts of the situation only, nothing of a person."""
    asked = Asked(request, code)
    made = planning.plan(
        code, asked.division, asked.facts, actor=None, at=asked.at, optional_items=asked.items
    )
    address = request.build_absolute_uri(f"{reverse('portal:plan', args=[code])}?{asked.query}")
    body = plan_paper.render_plan(plan.build(made, asked.query, (), asked.items), address, asked.at)
    return HttpResponse(body, content_type="application/pdf")


@public
@require_POST
def save_plan(request: ActorRequest, code: str) -> HttpResponse:
    asked = Asked(request, code)
    saved = planning.save_plan(code, asked.division, asked.facts, at=asked.at, optional_items=asked.items)
    return redirect(f"{reverse('portal:shared_plan', args=[saved.token])}?saved")


@public
def show_shared_plan(request: ActorRequest, token: str) -> HttpResponse:
    """A plan somebody shared: computed for a visitor, whoever opens it."""
    saved = lifeevents.get_shared_plan(token)
    made = planning.plan(
        saved.package_code,
        saved.division,
        saved.facts,
        actor=None,
        at=clock.now(),
        optional_items=saved.optional_items,
    )
    query = to_query(saved.division, saved.facts, standards.elements(), saved.optional_items)
    answered = events.answered_views(made.package, saved.division, saved.facts, standards.elements())
    address = request.build_absolute_uri(reverse("portal:shared_plan", args=[token]))
    page = plan.build(made, query, answered, saved.optional_items, shared_address=address)
    return render(request, "portal/plan.html", {"page": page, "just_saved": "saved" in request.GET})


@citizen
def apply(request: ActorRequest, code: str) -> HttpResponse:
    """Begin the form. After logging in on the way, people arrive by GET and go on from the plan."""
    asked = Asked(request, code)
    if request.method != "POST":
        return redirect(f"{reverse('portal:plan', args=[code])}?{asked.query}")
    draft = planning.begin(
        code, asked.division, asked.facts, actor=request.actor, at=asked.at, optional_items=asked.items
    )
    return redirect("portal:draft", draft.id)


def _other_name(request: ActorRequest, package: Package) -> plan.OtherName | None:
    """In whose name to apply instead, when it cannot be the one the person acts in now; said before the form is filled."""
    acting_for = request.actor.acting_for
    if request.actor.kind is not ActorKind.CITIZEN or acting_for is None:
        return None
    chosen = identity.get_subject(acting_for)
    if package.is_for(chosen.kind):
        return None
    offered = [one for one in identity.subjects_for(account_id(request)) if package.is_for(one.kind)]
    return plan.build_other_name(package, chosen, offered)


def _answer(
    request: ActorRequest, asked: Asked, background: Background, question: Question | None
) -> HttpResponse:
    """Take one answer into the address; an answer that will not do is asked again with what was typed."""
    code = request.POST.get("question", "")
    element = standards.elements().get(code)
    if element is None:
        raise Http404(f"no question {code}")
    given: Sequence[str] = [UNKNOWN] if "unknown" in request.POST else request.POST.getlist(code)
    value, problem = read_answer(element, given, today=shanghai_date(asked.at))
    if problem and question is not None and question.element.code == code:
        return _question(request, asked, background, question, problem, given[-1] if given else "", 422)
    if not problem:
        asked.facts[code] = value
    return redirect(f"{reverse('portal:questions', args=[asked.code])}?{asked.query}")


def _question(
    request: ActorRequest,
    asked: Asked,
    background: Background,
    question: Question,
    problem: str = "",
    given: str = "",
    status: int = 200,
) -> HttpResponse:
    page = events.build_question(
        asked.package,
        question,
        asked.division,
        asked.facts,
        standards.elements(),
        background.known,
        error=problem,
        given=given,
    )
    return render(request, "portal/question.html", {"page": page}, status=status)
