"""What an app's environment holds. It is kept in a bucket that only this service opens, and told to the app alone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import msgspec
from msgspec import Struct

from libs.contracts.asks import Variable
from libs.contracts.errors import Invalid
from libs.eventlog.secrets import SecretStore

BUCKET = "sandbox-environments"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
OURS = frozenset({"PATH", "HOME", "TMPDIR"})  # and whatever changes what Python or the loader reads in
LOADERS = ("PYTHON", "LD_")
MOST = 64  # names
LARGEST = 64 * 1024  # bytes of all of them


class Values(Struct, frozen=True):
    """Names and values; ``key`` is the sandbox's own, for the app to sign with."""

    key: str
    variables: dict[str, str] = {}
    secrets: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Values({sorted([*self.variables, *self.secrets])})"

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of variables and of secrets, sorted."""
        return tuple(sorted(self.variables)), tuple(sorted(self.secrets))

    @property
    def hidden(self) -> tuple[str, ...]:
        """What must not be seen where the app prints."""
        return (self.key, *self.secrets.values())


class Vault:
    """The environments of sandboxes."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    async def get(self, sandbox_id: str) -> Values:
        """What is kept; of a new sandbox, a key of its own and nothing else."""
        return _values(await self._store.get(sandbox_id))

    async def change(self, sandbox_id: str, make: Callable[[Values], Values]) -> Values:
        """Keep what ``make`` gives for what is kept; of two who change at once, neither loses anything."""
        kept = await self._store.change(sandbox_id, lambda old: msgspec.json.encode(make(_values(old))))
        return _values(kept)

    async def forget(self, sandbox_id: str) -> None:
        """Keep nothing of it any more."""
        await self._store.delete(sandbox_id)


def _values(kept: bytes | None) -> Values:
    return msgspec.json.decode(kept, type=Values) if kept else Values(secrets.token_urlsafe(32))


def changed(
    values: Values, variables: tuple[Variable, ...], hidden: tuple[Variable, ...], unset: tuple[str, ...] = ()
) -> Values:
    """``values`` with some set and others taken away; a name is a variable or a secret, never both.

    Raises:
        Invalid: a name that cannot be used, or too much in all.
    """
    for name in (*(variable.name for variable in (*variables, *hidden)), *unset):
        _check(name)
    plain, kept = dict(values.variables), dict(values.secrets)
    for mine, other, given in ((plain, kept, variables), (kept, plain, hidden)):
        for variable in given:
            other.pop(variable.name, None)
            mine[variable.name] = variable.value
    for name in unset:
        plain.pop(name, None)
        kept.pop(name, None)
    made = Values(values.key, plain, kept)
    size = sum(len(name) + len(value.encode()) for some in (plain, kept) for name, value in some.items())
    if (
        len(plain) + len(kept) > MOST
        or size > LARGEST
        or any("\0" in value for value in (*plain.values(), *kept.values()))
    ):
        raise Invalid(f"At most {MOST} variables and secrets, of {LARGEST // 1024} KiB in all, without NUL characters.")
    return made


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Invalid("A variable's name is 1 to 64 letters, digits and '_', and begins with no digit.")
    if name in OURS or name.startswith(LOADERS):
        raise Invalid(f"{name} is not for apps to set. Choose another name.")
