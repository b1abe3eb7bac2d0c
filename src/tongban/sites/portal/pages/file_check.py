"""What the check of a licence's file says, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.licences import services as licences
from tongban.domains.licences.types import CheckedFile, LicenceInFile, LicenceStatus
from tongban.sites.portal.pages.my import licence_state
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.formats import moment


@dataclass(frozen=True, slots=True)
class Result:
    """`facts` are pairs of words; `licence_number` leads to the licence's own page, empty where there is none."""

    filename: str
    is_good: bool
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    state: State | None = None
    licence_number: str = ""


def genuine(found: CheckedFile, filename: str) -> Result:
    """A file whose signature holds; whether its licence still does is another matter."""
    facts = [(_("签名单位"), found.signer_name), (_("签名算法"), found.algorithm)]
    if found.is_stamped:
        facts.append((_("签名时间"), _("%(when)s（有可信时间戳）") % {"when": moment(found.signed_at)}))
    facts.append((_("密钥标识"), found.key_id))
    licence = found.licence
    if licence is None:
        return Result(
            filename,
            True,
            _("文件是原件"),
            _("文件没有被改动过。它是一份有签名的文书，不是证照。"),
            tuple(facts),
        )
    told = [(_("证照"), licence.name), (_("颁发"), licence.issuer_name), (_("电子证照标识"), licence.number)]
    return Result(
        filename,
        licence.status_now is LicenceStatus.VALID,
        _("文件是原件"),
        _standing(licence),
        (*told, *facts),
        licence_state(licence.status_now),
        licence.number,
    )


def refused(refusal: licences.FileRefused, filename: str) -> Result:
    facts = []
    if refusal.since is not None:
        facts.append((_("从何时起"), moment(refusal.since)))
    return Result(filename, False, _("这个文件不能采信"), _(refusal.sentence), tuple(facts))


def _standing(licence: LicenceInFile) -> str:
    if licence.status_now is not LicenceStatus.VALID:
        return _("文件没有被改动过，但这张证照现在不能用。")
    if not licence.is_newest:
        return _("文件没有被改动过，证照现在有效；证照在文件生成之后有过变更，请持证人下载新的文件。")
    return _("文件没有被改动过，证照现在有效。")
