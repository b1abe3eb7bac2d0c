"""Addresses of this door."""

from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from tongban.sites.openapi import problems
from tongban.sites.openapi.api import api
from tongban.sites.shared.policies import Policy, department_system, mark, mark_all, wrap_all

app_name = "openapi"
_POLICIES = {
    "api-root": Policy.PUBLIC,
    "openapi-json": Policy.PUBLIC,
    "issue_token": Policy.PUBLIC,
    "get_verification_data": Policy.PUBLIC,
    "list_verifiers": Policy.PUBLIC,
}
_patterns, _app_name, _namespace = api.urls

wrap_all(_patterns, problems.as_problem)
# Whatever is not named public wants a bearer token: the API checks it before the operation runs.
wrap_all(_patterns, department_system)
mark_all(_patterns, _POLICIES)

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_patterns, _app_name, _namespace)),
    re_path(r"^.*$", mark(csrf_exempt(problems.not_found), Policy.PUBLIC), name="nothing"),
]
