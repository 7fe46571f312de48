"""``python -m services.agents.implementer``."""

from libs.runtime.main import start
from services.agents.app import builder

start("implementer", builder("implementer"))
