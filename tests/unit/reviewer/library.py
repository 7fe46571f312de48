"""A small, sound project of several files that use each other in all the ways the checks look at."""

from __future__ import annotations

from libs.contracts.artifacts import Architecture, Dependency, Export, Module, SourceFile

FILES = {
    "pyproject.toml": """
[project]
name = "library"
version = "0.1.0"
dependencies = ["fastapi>=0.115", "uvicorn[standard]", "sqlalchemy>=2", "pydantic-settings", "python-multipart"]

[project.optional-dependencies]
dev = ["pytest>=8", "httpx"]
""",
    "compose.yml": "services:\n  api:\n    build: .\n    ports: ['8000:8000']\n",
    "app/__init__.py": '"""Library."""\n',
    "app/settings.py": """
from __future__ import annotations

from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "sqlite:///library.db"
    secret_key: str = "change-me-in-production"
    token_url: str = "/auth/token"


@lru_cache
def get_settings() -> Settings:
    return Settings()
""",
    "app/database.py": """
from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.settings import get_settings

engine = create_engine(get_settings().database_url)
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
""",
    "app/models.py": """
from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    copies: Mapped[int] = mapped_column(default=1)


class Loan(Base):
    __tablename__ = "loans"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    member: Mapped[str]
""",
    "app/errors.py": """
from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException


class NotFound(HTTPException):
    def __init__(self, what: str) -> None:
        super().__init__(404, f"{what} not found")


@dataclass
class Refusal:
    code: str
    message: str
    retry: bool = False
""",
    "app/services.py": """
from __future__ import annotations

from abc import ABC, abstractmethod

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import errors, models


def find_book(session: Session, book_id: int, *, lock: bool = False) -> models.Book:
    query = select(models.Book).where(models.Book.id == book_id)
    book = session.scalar(query.with_for_update() if lock else query)
    if book is None:
        raise errors.NotFound("book")
    return book


async def notify(member: str, text: str = "") -> None:
    print(member, text)


class Service(ABC):
    def __init__(self, session: Session) -> None:
        self.session = session

    @abstractmethod
    def name(self) -> str: ...

    def commit(self) -> None:
        self.session.commit()


class LoanService(Service):
    LIMIT = 5

    def name(self) -> str:
        return "loans"

    def count(self, member: str) -> int:
        query = select(func.count()).where(models.Loan.member == member)
        return self.session.scalar(query) or 0

    def lend(self, book: models.Book, member: str, *, days: int = 14) -> models.Loan | errors.Refusal:
        if self.count(member) >= self.LIMIT:
            return errors.Refusal("limit", "too many loans", retry=True)
        loan = models.Loan(book_id=book.id, member=member)
        self.session.add(loan)
        self.commit()
        return loan

    @staticmethod
    def fee(days: int) -> int:
        return max(0, days - 14)

    @classmethod
    def of(cls, session: Session) -> LoanService:
        return cls(session)
""",
    "app/routes.py": """
from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

import app.errors
from app import services as service_module
from app.database import get_session
from app.services import LoanService, find_book, notify

router = APIRouter(prefix="/loans")
log = logging.getLogger(__name__)


def get_service(session: Annotated[Session, Depends(get_session)]) -> LoanService:
    return LoanService(session)


@router.post("/{book_id}")
async def lend(
    book_id: int,
    member: str,
    session: Annotated[Session, Depends(get_session)],
    service: Annotated[LoanService, Depends(get_service)],
) -> dict[str, int]:
    book = find_book(session, book_id, lock=True)
    loan = service.lend(book, member, days=7)
    if isinstance(loan, app.errors.Refusal):
        raise app.errors.NotFound(loan.message)
    await notify(member, text="lent")
    return {"id": loan.id, "fee": LoanService.fee(3)}


@router.get("/{member}/count")
def count(member: str, session: Annotated[Session, Depends(get_session)]) -> int:
    service = service_module.LoanService.of(session)
    other = LoanService(session=session)
    other.commit()
    log.info("counted")
    return service.count(member) + other.count(member=member)
""",
    "app/main.py": """
from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from app.routes import router

app = FastAPI(title="Library")
app.include_router(router)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1")
""",
    "tests/conftest.py": """
from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)
""",
    "tests/factories.py": """
def member(name: str = "ada") -> dict[str, str]:
    return {"name": name, "password": "s3cretpass9"}
""",
    "tests/test_loans.py": """
from factories import member


def test_count(client):
    answer = client.get(f"/loans/{member()['name']}/count")
    assert answer.status_code == 200
    assert answer.json() == 0
""",
}
MODULE = Module(
    "app/services.py",
    "the rules of lending",
    exports=(
        Export("find_book", "def find_book(session: Session, book_id: int, *, lock: bool = False) -> Book"),
        Export("notify", "async def notify(member: str, text: str = '') -> None"),
        Export("LoanService", "class LoanService"),
        Export("LoanService.lend", "def lend(self, book: Book, member: str, *, days: int = 14) -> Loan"),
    ),
)


def project(**changed: str) -> tuple[SourceFile, ...]:
    """The sound project with some files in place of its own."""
    return tuple(SourceFile(path, text) for path, text in {**FILES, **changed}.items())


def architecture(*exports: Export, dependencies: tuple[Dependency, ...] = ()) -> Architecture:
    """What the project is held to, and maybe more."""
    module = Module(MODULE.path, MODULE.purpose, (*MODULE.exports, *exports))
    return Architecture("", modules=(module,), dependencies=dependencies)
