from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tongban.demo"
    label = "demo"
    verbose_name = "示例市"
    default_auto_field = "django.db.models.BigAutoField"
