"""Find SoftHSM2 for the tests of keys on a token, install it, or say what to type."""

import os
import shutil

from _processes import run, say

MISSING = "SoftHSM2 is missing. Install it with: sudo apt-get install softhsm2"


class SoftHsmMissing(Exception):
    """There is no SoftHSM2 and it could not be installed."""


def find() -> str | None:
    """The path of its tool, if it is there."""
    return shutil.which("softhsm2-util") or shutil.which("softhsm2-util", path="/usr/bin")


def provide() -> str:
    """The path of its tool, which root installs by apt. Raises SoftHsmMissing with the command to type."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("SoftHSM2 is missing; installing it by apt …")
        run(["apt-get", "update", "-q"])
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "softhsm2"])
        found = find()
    if found is None:
        raise SoftHsmMissing(MISSING)
    return found
