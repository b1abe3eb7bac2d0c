from django.apps import AppConfig


class OpenapiConfig(AppConfig):
    name = "tongban.sites.openapi"
    label = "site_openapi"
    verbose_name = "开放接口"
    default_auto_field = "django.db.models.BigAutoField"
