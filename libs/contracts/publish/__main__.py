"""``python -m libs.contracts.publish docs``: write what is published into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from libs.contracts.publish.pages import pages


def main(folder: Path) -> None:
    """Write every page, and take away schemas of messages that are no more."""
    written = pages()
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in (folder / "schemas").glob("*.json"):
        if f"schemas/{path.name}" not in written:
            path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
