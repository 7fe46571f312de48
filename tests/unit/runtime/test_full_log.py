"""A log line never fails whoever writes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")  # full(4): every write says that there is no room
TELLS = """
import structlog

from libs.runtime import logs
from libs.runtime.settings import RuntimeSettings

logs.configure(RuntimeSettings.model_construct(log_level="INFO", log_format="json"))
for _ in range(3):
    structlog.get_logger().error("disk_full")
print("goes on", flush=True)
"""


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_under_the_log_ends_nobody() -> None:
    with FULL.open("wb", buffering=0) as full:
        ended = subprocess.run([sys.executable, "-c", TELLS], stdout=subprocess.PIPE, stderr=full, check=False)
    assert ended.stdout == b"goes on\n"
