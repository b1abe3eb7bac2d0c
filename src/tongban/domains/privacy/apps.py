from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "tongban.domains.privacy"
    label = "privacy"
    verbose_name = "个人信息保护"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.exchange.events import AnotherPersonAnswered
        from tongban.domains.privacy import handlers
        from tongban.domains.privacy.events import AlarmsRaised, ComplaintFiled
        from tongban.foundation.outbox import registry

        registry.subscribe(AnotherPersonAnswered, name="privacy.alarm", handler=handlers.raise_alarm)
        registry.subscribe(AlarmsRaised, name="privacy.tell_officer", handler=handlers.tell_of_alarms)
        registry.subscribe(ComplaintFiled, name="privacy.tell_officer", handler=handlers.tell_of_complaint)
