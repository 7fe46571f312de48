"""``python -m services.agents.reviewer``."""

from libs.runtime.main import start
from services.agents.app import builder

start("reviewer", builder("reviewer"))
