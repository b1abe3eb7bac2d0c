from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "tongban.sites.console"
    label = "site_console"
    verbose_name = _("总操作台")
    default_auto_field = "django.db.models.BigAutoField"
