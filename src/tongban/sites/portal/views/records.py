"""我的信息: what the registers hold of whom she acts for, and her objections to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.domains.exchange import selectors as exchange
from tongban.domains.identity import selectors as identity
from tongban.domains.registers import selectors, services
from tongban.domains.registers.types import NewObjection
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import requests
from tongban.sites.portal.pages import my
from tongban.sites.portal.pages import records as pages
from tongban.sites.shared.policies import ActorRequest, citizen

TYPED = ("claimed", "reason", "evidence")


@citizen
@require_safe
def list_records(request: ActorRequest) -> HttpResponse:
    now = clock.now()
    assert request.actor.acting_for is not None
    subject = identity.get_subject(request.actor.acting_for)
    page = pages.build(
        subject.name,
        services.look_at_holdings(subject.id, actor=request.actor, at=now),
        selectors.list_objections_of(subject.id),
        selectors.open_objections(subject.id),
        standards.elements(),
        today=shanghai_date(now),
    )
    return render(request, "portal/my/records.html", {"menu": my.menu(), "page": page})


@citizen
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: ActorRequest) -> HttpResponse:
    """Say what is right instead of one value, and why; without such a value back to the list."""
    assert request.actor.acting_for is not None
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: request.POST.get(name, "") for name in TYPED}
    new = NewObjection(request.actor.acting_for, given.get("resource", ""), given.get("field", ""), **typed)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            objection = services.raise_objection(new, actor=request.actor, at=clock.now())
        except services.FaultyObjection as faulty:
            problems = {faulty.field: _(faulty.sentence)}
        except services.RegisterSilent as silent:
            problems = {"claimed": _(silent.sentence)}
        except (services.AlreadyObjected, services.NothingHeld) as refused:
            messages.error(request, _(refused.sentence))
            return redirect("portal:records")
        else:
            sentence = _("异议已送到%(provider)s。结果会发到“我的消息”，这里也看得到。")
            messages.success(request, sentence % {"provider": objection.provider_name})
            return redirect("portal:records")
    label = exchange.field_labels(new.resource).get(new.field, "")
    holding = services.look_at_value(
        new.subject_id, resource=new.resource, field=new.field, actor=request.actor, at=clock.now()
    )
    # What she has typed is kept even when the register falls silent between two pages.
    if holding is None or not (holding.values or problems):
        messages.error(request, _("没有这一项信息，或者登记它的系统现在没有应答。"))
        return redirect("portal:records")
    page = pages.build_form(
        holding, new.field, label, elements=standards.elements(), typed=typed, problems=problems
    )
    context = {"menu": my.menu(), "page": page, "problems": requests.summary(problems)}
    return render(request, "portal/my/object_to_record.html", context, status=422 if problems else 200)
