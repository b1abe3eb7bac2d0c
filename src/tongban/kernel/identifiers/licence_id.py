"""电子证照标识, GB/T 36904-2018: composed, parsed and checked.

``1.2.156.3005.2.<type 21>.<issuer>.<serial>.<version 3>.<check>``: the type is the USCC of the body that
defined it and three digits, the issuer a USCC or a six-digit division code, and the check ISO 7064
MOD 37,36 over type, issuer, serial and version joined. The check does not cover the root.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from stdnum.iso7064 import mod_37_36

from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers.verdict import Fault, Verdict, judge
from tongban.kernel.sentences import gettext_noop

NAME = "电子证照标识"
ROOT = "1.2.156.3005.2"
FIRST_VERSION = 1
_LAST_VERSION = 999
_PARTS = 5

_TYPE = re.compile(r"[0-9A-Z]{18}[0-9]{3}")
_ISSUER = re.compile(r"[0-9A-Z]{18}|[0-9]{6}")
_SERIAL = re.compile(r"[0-9A-Z]+")
_VERSION = re.compile(r"[0-9A-Z]{3}")
_CHECK = re.compile(r"[0-9A-Z]")


class FaultyLicenceId(TongbanError):
    """A licence identifier, or a part of one, that the standard does not allow."""

    code: ClassVar[str] = "FAULTY_LICENCE_ID"
    default_sentence: ClassVar[str] = gettext_noop("电子证照标识不符合国家标准GB/T 36904。")


@dataclass(frozen=True)
class LicenceIdentifier:
    """The parts of an identifier; ``str()`` composes it, its check included."""

    licence_type: str
    issuer: str
    serial: str
    version: str = f"{FIRST_VERSION:03}"

    def __post_init__(self) -> None:
        fault = _part_fault(self.licence_type, self.issuer, self.serial, self.version)
        if fault is not None:
            raise FaultyLicenceId(f"{fault.code} in {self.text()}", sentence=fault.reason)

    @property
    def check(self) -> str:
        return _check_character(self.licence_type, self.issuer, self.serial, self.version)

    def text(self) -> str:
        return f"{ROOT}.{self.licence_type}.{self.issuer}.{self.serial}.{self.version}"

    def next_version(self) -> "LicenceIdentifier":
        """The identifier of the same licence after a change; raises :class:`FaultyLicenceId` after 999."""
        if not self.version.isdigit() or int(self.version) >= _LAST_VERSION:
            raise FaultyLicenceId(f"no version after {self.version}")
        return LicenceIdentifier(self.licence_type, self.issuer, self.serial, f"{int(self.version) + 1:03}")

    def __str__(self) -> str:
        return f"{self.text()}.{self.check}"


def parse_licence_id(value: str) -> LicenceIdentifier:
    """The parts of a valid identifier; raises :class:`FaultyLicenceId` with the reason."""
    fault = _fault(value)
    if fault is not None:
        raise FaultyLicenceId(f"{fault.code} in {value}", sentence=fault.reason)
    licence_type, issuer, serial, version, _check = value.removeprefix(f"{ROOT}.").split(".")
    return LicenceIdentifier(licence_type, issuer, serial, version)


def validate_licence_id(value: str) -> Verdict:
    """The verdict on an electronic licence identifier."""
    return judge(value, _fault, name=NAME)


def _check_character(*parts: str) -> str:
    check = mod_37_36.calc_check_digit("".join(parts))
    assert isinstance(check, str)
    return check


def _fault(value: str) -> Fault | None:
    segments = value.split(".")
    root = ROOT.split(".")
    if len(segments) != len(root) + _PARTS:
        return Fault("segments", f"{NAME}应由{len(root) + _PARTS}段组成，各段之间用点号分隔。")
    if segments[: len(root)] != root:
        return Fault("root", f"{NAME}应以“{ROOT}”开头。")
    licence_type, issuer, serial, version, check = segments[len(root) :]
    fault = _part_fault(licence_type, issuer, serial, version)
    if fault is not None:
        return fault
    if _CHECK.fullmatch(check) is None:
        return Fault("form", f"{NAME}的末段是一位校验码。")
    if _check_character(licence_type, issuer, serial, version) != check:
        return Fault("check", f"{NAME}的校验码不对，可能有一位填错了。请对照证照核对。")
    return None


def _part_fault(licence_type: str, issuer: str, serial: str, version: str) -> Fault | None:
    if _TYPE.fullmatch(licence_type) is None:
        return Fault("form", f"{NAME}的证照类型代码应为18位统一社会信用代码加3位数字。")
    if _ISSUER.fullmatch(issuer) is None:
        return Fault("form", f"{NAME}的发证机构应为18位统一社会信用代码或6位行政区划代码。")
    if _SERIAL.fullmatch(serial) is None:
        return Fault("form", f"{NAME}的流水号只能由数字和大写字母组成。")
    if _VERSION.fullmatch(version) is None:
        return Fault("form", f"{NAME}的版本号应为3位。")
    return None
