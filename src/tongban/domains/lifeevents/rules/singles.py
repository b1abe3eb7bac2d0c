"""A single item as a package of one: the same questions, form and submission, and no second engine."""

from tongban.domains.catalogue.types import ApplicantKind, Channel, Guide, Substance
from tongban.domains.lifeevents.types import OnRefusal, Package, PackageItem

ANYONE = "ANYONE"


def is_handled_online(guide: Guide) -> bool:
    """Whether it can be applied for here, rather than at a window or on another portal."""
    return Channel.ONLINE in guide.procedure.channels and not guide.procedure.external_link


def package_of(substance: Substance) -> Package:
    """The package that a version of an item is by itself; it shares the version's id."""
    item = PackageItem(
        basic_code=substance.basic_code,
        when=None,
        after=(),
        is_lead=True,
        is_optional=False,
        guidance_only=False,
        on_refusal=OnRefusal.CONTINUE,
        why=substance.summary,
    )
    return Package(
        id=substance.version_id,
        code=substance.basic_code,
        version=substance.version,
        title=substance.name,
        summary=substance.summary,
        audience=_audience(substance),
        aliases=substance.aliases,
        lead_department=substance.department.code,
        items=(item,),
        licence_checks=(),
        authorisations=(),
        after_care=(),
    )


def _audience(substance: Substance) -> str:
    if ApplicantKind.PERSON not in substance.audience:
        return "ENTERPRISE"
    return "PERSON" if len(set(substance.audience)) == 1 else ANYONE
