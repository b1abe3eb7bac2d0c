from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "tongban.domains.directory"
    label = "directory"
    verbose_name = "机构区划"
    default_auto_field = "django.db.models.BigAutoField"
