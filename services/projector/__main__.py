"""``python -m services.projector``, or ``… rebuild`` to make the views anew."""

import sys

from libs.runtime.main import start
from services.projector.app import build, rebuild

if __name__ == "__main__":
    rebuild() if sys.argv[1:] == ["rebuild"] else start("projector", build)
