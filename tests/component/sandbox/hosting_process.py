"""A sandbox service in a process of its own, to be killed; its argument is its folder."""

from __future__ import annotations

import sys
from pathlib import Path

from libs.runtime.main import start
from tests.hosted import building

if __name__ == "__main__":
    start("sandbox", building(Path(sys.argv[1])))
