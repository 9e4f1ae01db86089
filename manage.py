#!/usr/bin/env python
"""Run a management command with the developer's settings unless told otherwise.

Beside a `make run` it uses the services of that.
"""

import os
import sys

from django.core.management import execute_from_command_line

from streamapi.local import beside

if __name__ == "__main__":
    local = "streamapi.settings.local"
    if os.environ.setdefault("DJANGO_SETTINGS_MODULE", local) == local:
        os.environ.update(beside.variables())
    execute_from_command_line(sys.argv)
