"""Runs inside the jail: migrations up, compared with the models, down, and up again."""

from __future__ import annotations

import sys

from alembic import command  # pyright: ignore[reportMissingImports]  # of the jail
from alembic.config import Config  # pyright: ignore[reportMissingImports]
from alembic.util.exc import CommandError  # pyright: ignore[reportMissingImports]


def main() -> int:
    """Exit status 1 with a sentence where a step is not what it should be."""
    config = Config("alembic.ini", stdout=sys.stdout)
    steps = (
        ("up to the newest", lambda: command.upgrade(config, "head")),
        ("compared with the models", lambda: command.check(config)),
        ("down to the beginning", lambda: command.downgrade(config, "base")),
        ("up again", lambda: command.upgrade(config, "head")),
    )
    for name, step in steps:
        print(f"migrations: {name}", flush=True)  # noqa: T201  # its output is what is told
        try:
            step()
        except CommandError as error:
            print(f"migrations: not {name}: {error}", flush=True)  # noqa: T201
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
