"""Bring the schema up to date, make the sample city where there is none, and print its accounts.

One process for the three, because most of the time goes into starting Django.
"""

import os
import sys
from pathlib import Path

import django
from _processes import Timed, say
from django.core.management import CommandError, call_command


def main() -> int:
    """Run the commands and return the exit status.

    Their output goes to the log that is named first, the credentials of the department's own system to the file named second, what
    the departments' own registers need to the folder named third; without a third the platform's registers answer for them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    with Path(sys.argv[1]).open("w") as log:
        try:
            with Timed("Application"):
                django.setup()
            with Timed("Migrations"):
                call_command("migrate", interactive=False, stdout=log, stderr=log)
            with Timed("Sample city"):
                call_command("demo_seed", stdout=log, stderr=log)
            call_command("demo_department_system", sys.argv[2])
            for folder in sys.argv[3:]:
                with Timed("Departments' registers"):
                    call_command("demo_registers", folder, "--new-ports", stdout=log, stderr=log)
            call_command("demo_accounts", stdout=sys.stdout, stderr=log)
        except CommandError as refusal:
            say(str(refusal))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
