from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "tongban.domains.evaluation"
    label = "evaluation"
    verbose_name = "好差评与效能"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.cases import events
        from tongban.domains.evaluation import handlers
        from tongban.foundation.outbox import registry

        for event in (events.CaseMoved, events.CaseGranted, events.CaseEnded):
            registry.subscribe(event, name="evaluation.open_rating", handler=handlers.open_rating)
