"""`python -m tests.django_project.manage COMMAND`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_project.settings"
    execute_from_command_line(sys.argv)
