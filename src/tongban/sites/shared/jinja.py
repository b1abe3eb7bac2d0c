"""The Jinja2 environment of all doors: components, translation, formats, built assets."""

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader

from tongban.sites.shared import assets, fields, formats
from tongban.sites.shared.languages import PageTemplate


def environment(**options: Any) -> Environment:  # Any: keyword options as Django's backend hands them over
    """Build the environment; Django calls it once a process."""
    own: BaseLoader = options.pop("loader")
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    # Django's backend passes autoescape=True among the options.
    env = Environment(  # noqa: S701 # nosec B701
        **options,
        loader=ChoiceLoader([own, components]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.template_class = PageTemplate
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(
        url=_url,
        static=static,
        asset=assets.asset,
        icon=assets.icon,
        city_name=settings.CITY_NAME,
        form_fields=fields.from_form,
        form_problems=fields.form_problems,
    )
    env.filters.update(
        plain_day=formats.plain_day,
        full_day=formats.full_day,
        short_day=formats.short_day,
        clock_time=formats.clock_time,
        moment=formats.moment,
        yuan=formats.yuan,
        workdays=formats.workdays,
        grouped=formats.grouped,
        file_size=formats.file_size,
    )
    return env


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)
