"""``python -m services.agents.architecture``."""

from libs.runtime.main import start
from services.agents.app import builder

start("architecture", builder("architecture"))
