from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "tongban.domains.licences"
    label = "licences"
    verbose_name = "电子证照"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.licences import handlers
        from tongban.domains.licences.events import LicenceChanged
        from tongban.domains.licences.selectors.catalogue import element_usage
        from tongban.domains.standards.selectors import register_usage_source
        from tongban.foundation.outbox.registry import subscribe

        subscribe(LicenceChanged, name="licences.look_at_dependents", handler=handlers.look_at_dependents)
        register_usage_source(element_usage)
