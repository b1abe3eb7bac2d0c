"""Find Chromium for the tests that drive a real browser, install it, or say what to type."""

import os
import shutil

from _processes import run, say

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
COMMAND = "sudo apt-get install chromium"


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
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])
        found = find()
    if found is None:
        raise BrowserMissing(f"Chromium is missing. Install it with: {COMMAND}")
    return found
