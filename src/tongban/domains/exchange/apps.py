from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tongban.domains.exchange"
    label = "exchange"
    verbose_name = "数据目录与共享"
    default_auto_field = "django.db.models.BigAutoField"
