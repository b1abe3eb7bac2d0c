from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "tongban.domains.standards"
    label = "standards"
    verbose_name = "数据标准"
    default_auto_field = "django.db.models.BigAutoField"
