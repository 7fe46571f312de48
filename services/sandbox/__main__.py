"""``python -m services.sandbox``."""

from libs.runtime.main import start
from services.sandbox.app import build

start("sandbox", build)
