"""All addresses of the installation; each door keeps its own list."""

from django.urls import include, path

urlpatterns = [
    path("console/", include("tongban.sites.console.urls")),
    path("api/", include("tongban.sites.openapi.urls")),
    path("", include("tongban.sites.shared.urls")),
    path("", include("tongban.sites.portal.urls")),
]
handler400 = "tongban.sites.shared.errors.bad_request"
handler403 = "tongban.sites.shared.errors.forbidden"
handler404 = "tongban.sites.shared.errors.not_found"
handler500 = "tongban.sites.shared.errors.server_error"
