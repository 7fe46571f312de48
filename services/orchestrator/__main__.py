"""``python -m services.orchestrator``."""

from libs.runtime.main import start
from services.orchestrator.app import build

start("orchestrator", build)
