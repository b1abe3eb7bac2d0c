from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "tongban.domains.directory"
    label = "directory"
    verbose_name = "机构区划"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.directory import selectors
        from tongban.foundation.signing import services as signing

        signing.name_owners_by(selectors.department_names)
