from django.apps import AppConfig


class LifeeventsConfig(AppConfig):
    name = "tongban.domains.lifeevents"
    label = "lifeevents"
    verbose_name = "高效办成一件事"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.cases import events
        from tongban.domains.lifeevents import handlers, selectors
        from tongban.domains.standards.selectors import register_usage_source
        from tongban.foundation.outbox import registry

        registry.subscribe(
            events.CaseGranted, name="lifeevents.start_dependents", handler=handlers.start_dependents
        )
        registry.subscribe(
            events.CaseEnded, name="lifeevents.stop_dependents", handler=handlers.stop_dependents
        )
        register_usage_source(selectors.element_usage)
