from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "tongban.sites.console"
    label = "site_console"
    verbose_name = "总操作台"
    default_auto_field = "django.db.models.BigAutoField"
