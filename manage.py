#!/usr/bin/env python
"""Django's command line for StudyHub."""

import os
import sys

from django.core.management import execute_from_command_line

from studyhub.env import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyhub.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"Wrong setting: {error}")
