from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "tongban.sites.shared"
    label = "site_shared"
    verbose_name = "公共页面"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.sites.shared import policies  # noqa: F401 - registers the check that every route has a policy
