from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tongban.sites.portal"
    label = "site_portal"
    verbose_name = "总门户"
    default_auto_field = "django.db.models.BigAutoField"
