"""All addresses of the installation; each door keeps its own list."""

from django.urls import include, path

from tongban.config import (
    checks,  # noqa: F401 - registers the production checks
    observing,
)

urlpatterns = [
    path("health/live", observing.live, name="live"),
    path("health/ready", observing.ready, name="ready"),
    path("metrics", observing.metrics, name="metrics"),
    path("console/", include("tongban.sites.console.urls")),
    path("api/", include("tongban.sites.openapi.urls")),
    path("", include("tongban.sites.openapi.credentials")),
    path("", include("tongban.sites.shared.urls")),
    path("", include("tongban.sites.portal.urls")),
]
handler400 = "tongban.sites.shared.errors.bad_request"
handler403 = "tongban.sites.shared.errors.forbidden"
handler404 = "tongban.sites.shared.errors.not_found"
handler500 = "tongban.sites.shared.errors.server_error"
