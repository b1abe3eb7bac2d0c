"""What the applicant is told and agrees to before submitting; the exact wording is hashed into the application."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from tongban.domains.cases.types import Consent
from tongban.domains.catalogue.types import Guide
from tongban.domains.lifeevents.services import promise_consent
from tongban.domains.lifeevents.types import Plan


def _field(code: str) -> str:
    return f"consent-{code}".replace(":", "-")


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One text in one version. Changing a word means a new version; agreement is to the Chinese text."""

    code: str
    version: int
    title: str
    text: str
    is_optional: bool = False

    @property
    def field(self) -> str:
        return _field(self.code)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


TRUTH = ConsentText(
    code="TRUTH",
    version=1,
    title="内容真实",
    # 行政许可法 §31: the applicant is responsible for the truth of what she submits.
    text="我提交的材料真实，反映真实情况，并对申请材料实质内容的真实性负责（《中华人民共和国行政许可法》第三十一条）。",
)
SHARING = ConsentText(
    code="SHARING",
    version=1,
    title="信息使用",
    # 个人信息保护法 §13, §17: told which data goes to whom and for what.
    text=(
        "我知道：为办理这次申请的事项，各办理部门会查询和使用本表单中列明来源的信息，只用于本次办理，每一次查询都有记录，"
        "我可以在“我的”里查看（《中华人民共和国个人信息保护法》第十三条、第十七条）。"
    ),
)
CONSENTS = (TRUTH, SHARING)


def texts_for(plan: Plan) -> tuple[ConsentText, ...]:
    """What can be agreed to for a plan: the standing texts, and 告知承诺 for each item that offers it.

    Not to whoever broke a promise before (国办发〔2020〕42号).
    """
    if not plan.is_trusted:
        return CONSENTS
    offers = (
        promise_text(item.guide)
        for item in plan.items
        if item.guide.substance.allows_promise and not item.package_item.guidance_only
    )
    return (*CONSENTS, *offers)


def promise_text(guide: Guide) -> ConsentText:
    """告知承诺 of one item."""
    return ConsentText(
        code=promise_consent(guide.substance.basic_code),
        version=1,
        title=f"告知承诺（可以不选）：{guide.title}",
        # 国办发〔2020〕42号: chosen freely; checked afterwards; an untrue promise costs the decision.
        text=(
            "我已知晓办理条件和不实承诺的后果，承诺已符合条件，愿意接受事后核查；承诺不实的，撤销决定并承担法律责任。"
            "不选的，按一般程序办理。"
        ),
        is_optional=True,
    )


def names_promise(posted: QueryDict) -> bool:
    """Whether 告知承诺 was chosen for some item."""
    prefix = _field(promise_consent(""))
    return any(name.startswith(prefix) for name in posted)


def given_consents(
    posted: QueryDict, at: datetime, texts: Sequence[ConsentText] = CONSENTS
) -> tuple[Consent, ...]:
    """The texts that were agreed to, with version, hash and instant."""
    return tuple(
        Consent(code=text.code, version=text.version, text_sha256=text.sha256, agreed_at=at)
        for text in texts
        if posted.get(text.field) == "on"
    )


def missing_consents(posted: QueryDict, texts: Sequence[ConsentText] = CONSENTS) -> tuple[ConsentText, ...]:
    return tuple(text for text in texts if not text.is_optional and posted.get(text.field) != "on")
