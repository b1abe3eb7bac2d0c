from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "tongban.foundation.outbox"
    label = "outbox"
    verbose_name = "事件发件箱"
    default_auto_field = "django.db.models.BigAutoField"
