"""Runs inside the jail: reads in each module that is named, and leaves at the first that cannot be."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    for name in sys.argv[1:]:
        importlib.import_module(name)
