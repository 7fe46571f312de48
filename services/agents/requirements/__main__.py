"""``python -m services.agents.requirements``."""

from libs.runtime.main import start
from services.agents.app import builder

start("requirements", builder("requirements"))
