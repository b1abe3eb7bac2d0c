"""Find Chromium for the tests that drive a real browser, install it, or say what to type."""

import os
import shutil

from _processes import run, say

# The headless shell is the same browser without its window: smaller to install, and a third less processor time.
PACKAGES = ("chromium-headless-shell", "chromium")
PROGRAMS = (*PACKAGES, "chromium-browser", "google-chrome")
MISSING = "Chromium is missing. Install it with: sudo apt-get install chromium"


class BrowserMissing(Exception):
    """There is no Chromium and it could not be installed."""


def find() -> str | None:
    """The path of Chromium, if there is one."""
    for program in PROGRAMS:
        found = shutil.which(program) or shutil.which(program, path="/usr/bin")
        if found:
            return found
    return None


def provide() -> str:
    """The path of Chromium, which root installs by apt. Raises BrowserMissing with the command to type."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Chromium is missing; installing it by apt …")
        run(["apt-get", "update", "-q"])
        for package in PACKAGES:
            run(["apt-get", "install", "-q", "-y", "--no-install-recommends", package])
            found = find()
            if found is not None:
                break
    if found is None:
        raise BrowserMissing(MISSING)
    return found
