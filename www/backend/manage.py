#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"]:
        # The demo is a development server. All other commands default to production settings.
        os.environ.setdefault("DEBUG", "1")
    execute_from_command_line(sys.argv)
