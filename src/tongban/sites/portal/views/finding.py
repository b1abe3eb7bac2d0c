"""Finding what to do: home, search, guides, departments, districts."""

import re
from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.domains.cases import selectors as cases
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as cataloguing
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Level
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import places
from tongban.sites.portal.pages import bodies, home, results
from tongban.sites.shared import guide_page
from tongban.sites.shared.policies import ActorRequest, public
from tongban.sites.shared.visitors import same_for_visitors

SUGGESTIONS = 8


@public
@same_for_visitors
def show_home(request: ActorRequest) -> HttpResponse:
    subject = request.actor.acting_for
    page = home.build(
        lifeevents.list_packages(),
        cases.list_applications([subject]) if subject else (),
        directory.list_departments(level=Level.CITY),
        directory.list_districts(),
    )
    return render(request, "portal/home.html", {"page": page})


@public
def show_results(request: ActorRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    regions = catalogue.list_regions()
    region = _region(request, regions)
    chosen = {name: request.GET.get(name, "") for name in results.FACETS}
    found = catalogue.search(
        query,
        region=region,
        audience=chosen["audience"] or None,
        department=chosen["department"] or None,
        one_licence=bool(chosen["one_licence"]),
        literal="literal" in request.GET,
        limit=_limit(request),
    )
    if query and not found.total and not any(chosen.values()) and region == regions[0]:
        cataloguing.note_zero_hit(query, at=clock.now())
    district = places.chosen_district(request)
    items = [hit.code for hit in found.hits if hit.kind != results.PACKAGE and not hit.address]
    guides = catalogue.find_guides(items, district.code, shanghai_date(clock.now())) if district else {}
    page = results.build(query, found, district, guides, chosen, regions, region)
    return render(request, "portal/results.html", {"page": page})


@public
def show_suggestions(request: ActorRequest) -> HttpResponse:
    """The list under the search box; without a script the results page answers instead."""
    query = request.GET.get("q", "").strip()
    found = catalogue.search(
        query, region=_region(request, catalogue.list_regions()), literal=True, limit=SUGGESTIONS
    )
    division = places.chosen_division(request)
    hits = [results.hit_view(hit, division) for hit in found.hits]
    return render(request, "portal/_suggestions.html", {"hits": hits})


def _limit(request: ActorRequest) -> int:
    """How many results: those of the first page, or as many as were wished for up to three digits."""
    wanted = request.GET.get("shown", "")
    return max(int(wanted), results.HITS) if re.fullmatch("[0-9]{1,3}", wanted) else results.HITS


def _region(request: ActorRequest, regions: Sequence[str]) -> str:
    """Whose list is searched: the region of the address when it is one, else our own."""
    wanted = request.GET.get("region", "")
    return wanted if wanted in regions else regions[0]


@public
@same_for_visitors
def show_guide(request: ActorRequest, division: str, basic_code: str) -> HttpResponseBase:
    found = catalogue.get_guide(basic_code, division, shanghai_date(clock.now()))
    return render(request, "portal/guide.html", {"page": guide_page.read_page(found, place=division)})


@public
def find_guide(request: ActorRequest, basic_code: str) -> HttpResponse:
    """The guide in the visitor's own district."""
    return redirect("portal:guide", places.chosen_division(request), basic_code)


@public
@same_for_visitors
def list_departments(request: ActorRequest) -> HttpResponse:
    context = {
        "departments": directory.list_departments(level=Level.CITY),
        "districts": directory.list_districts(),
    }
    return render(request, "portal/departments.html", context)


@public
def show_department(request: ActorRequest, code: str) -> HttpResponse:
    department = directory.get_department(code)
    place = places.chosen_division(request) if department.level is Level.CITY else department.division
    guides = catalogue.list_guides(place, shanghai_date(clock.now()))
    own = [one for one in guides if code in (one.substance.department.code, one.procedure.department.code)]
    page = bodies.build_department(department, own, directory.windows_for(code))
    return render(request, "portal/department.html", {"page": page})


@public
def show_district(request: ActorRequest, code: str) -> HttpResponse:
    guides = catalogue.list_guides(code, shanghai_date(clock.now()))
    page = bodies.build_district(directory.get_division(code), guides, directory.list_windows(code))
    response = render(request, "portal/department.html", {"page": page})
    places.keep_division(response, code)
    return response


@public
def show_accessibility(request: ActorRequest) -> HttpResponse:
    paragraphs = (
        _(
            "本网站按《Web 内容无障碍指南》（WCAG）2.2 AA 级制作：只用键盘就能办完，读屏软件读得通，放大到 400% 不丢内容。"
        ),
        _(
            "页面顶部可以切换大字版；系统设置为深色或高对比度时，页面随之改变。关掉 JavaScript 也能办完全部手续。"
        ),
        _("发现哪里用不了，请拨打 12345 告诉我们。"),
    )
    return render(request, "portal/text.html", {"title": _("无障碍声明"), "paragraphs": paragraphs})


@public
def show_privacy(request: ActorRequest) -> HttpResponse:
    paragraphs = (
        _("搜索和看指南不需要登录，不记录是谁在看。没有搜到的词会留给事项编辑，其中不含数字和个人信息。"),
        _("办事时，各部门只看到自己要用的内容；每一次查询都记下是谁、为了哪件事，您可以在“我的”里看到。"),
        _("证件号码和上传的文件加密保存。没有提交的草稿 60 天后删除，删除前会提醒您。"),
    )
    return render(request, "portal/text.html", {"title": _("隐私说明"), "paragraphs": paragraphs})
