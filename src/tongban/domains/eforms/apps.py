from django.apps import AppConfig


class EformsConfig(AppConfig):
    name = "tongban.domains.eforms"
    label = "eforms"
    verbose_name = "统一表单"
    default_auto_field = "django.db.models.BigAutoField"
