"""Is this file what it says it is (证照文件查验): for whoever was sent one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.domains.licences import services as licences
from tongban.foundation import clock
from tongban.foundation.storage.uploads import MAX_BYTES
from tongban.sites.portal.pages import file_check
from tongban.sites.shared.policies import ActorRequest, public


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check_file(request: ActorRequest) -> HttpResponse:
    """Nothing of the file is kept."""
    if request.method != "POST":
        return _page(request, None)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, None, problem=_("请先选择一个文件。"), status=422)
    now = clock.now()
    try:
        found = licences.check_file(file.read(MAX_BYTES + 1), at=now)
    except licences.FileRefused as refused:
        return _page(request, file_check.refused(refused, file.name or ""), status=422)
    return _page(request, file_check.genuine(found, file.name or ""))


def _page(
    request: ActorRequest, result: file_check.Result | None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"result": result, "problem": problem}
    return render(request, "portal/file_check.html", context, status=status)
