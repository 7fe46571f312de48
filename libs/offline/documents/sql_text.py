"""SQL as statements of tokens, with the line of each; sqlglot's tokenizer does the reading."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

import sqlglot
from sqlglot import Expr, exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType  # pyright: ignore[reportPrivateImportUsage]  # its documented place

from libs.offline.documents.notes import Broken, cut

# It would write the text of a wish into the log whenever it meets a statement that it does not know.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_MAX_DEPTH = 24  # brackets within brackets; real schemas have about five, and the parser recurses
_MYSQL = re.compile(
    r"`|\bauto_increment\b|\bengine\s*=|\bunsigned\b|\btinyint\b|\bmediumtext\b|^\s*delimiter\b", re.I | re.M
)
_SQLITE = re.compile(
    r"\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b|\)\s*strict\s*;|\bsqlite|\[\w+\]\s+\w+\s*[,(\n]", re.I | re.M
)
_LINE = re.compile(r"(?:from|[Ll]ine) (\d+)")


def dialect_of(text: str) -> str:
    """Return the dialect that a schema is written in, ``postgres`` where nothing tells."""
    if _MYSQL.search(text):
        return "mysql"
    return "sqlite" if _SQLITE.search(text) else "postgres"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of tokens of one statement."""

    source: Source
    tokens: tuple[Token, ...]

    @property
    def line(self) -> int:
        """Return the line on which the piece starts."""
        return self.tokens[0].line if self.tokens else 0

    @property
    def text(self) -> str:
        """Return the piece as it was written."""
        return self.source.text[self.tokens[0].start : self.tokens[-1].end + 1] if self.tokens else ""

    def words(self, count: int = 8) -> list[str]:
        """Return the first words in capitals."""
        return [token.text.upper() for token in self.tokens[:count]]

    def part(self, start: int, end: int | None = None) -> Piece:
        """Return some of the tokens."""
        return Piece(self.source, self.tokens[start:end])

    def split(self) -> list[Piece]:
        """Return what stands between the commas that are in no brackets."""
        parts: list[Piece] = []
        depth = begun = 0
        for index, token in enumerate(self.tokens):
            depth += _step(token)
            if token.token_type == TokenType.COMMA and depth == 0:
                parts.append(self.part(begun, index))
                begun = index + 1
        return [*parts, self.part(begun)]

    def closing(self, start: int) -> int:
        """Return the place of the bracket that closes the one at ``start``; raise ``Broken`` where none does."""
        depth = 0
        for index in range(start, len(self.tokens)):
            depth += _step(self.tokens[index])
            if depth > _MAX_DEPTH:
                raise Broken("brackets are nested too deeply", self.tokens[index].line)
            if depth == 0:
                return index
        raise Broken("a bracket is opened and never closed", self.tokens[start].line)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a schema and its dialect."""

    text: str
    dialect: str

    def statements(self) -> list[Piece]:
        """Return the statements; raise ``Broken`` where a quote never ends."""
        try:
            tokens = sqlglot.tokenize(self.text, read=self.dialect)
        except TokenError as error:
            found = _LINE.search(f"{error.__cause__} {error}")
            raise Broken("a quote or a comment never ends", int(found[1]) if found else 0) from error
        pieces: list[Piece] = []
        begun = 0
        for index, token in enumerate([*tokens, None]):
            if token is None or token.token_type == TokenType.SEMICOLON:
                pieces.append(Piece(self, tuple(tokens[begun:index])))
                begun = index + 1
        return [piece for piece in pieces if piece.tokens]

    def parse(self, text: str, line: int) -> Expr:
        """Return a statement that stands on ``line``; raise ``Broken`` with the line of what is wrong in it."""
        try:
            found = sqlglot.parse_one(text, read=self.dialect)
        except ParseError as error:
            first = error.errors[0] if error.errors else {}
            at = line + int(first.get("line") or 1) - 1
            raise Broken(f'{_reason(first)} at "{cut(first.get("highlight") or text)}"', at) from error
        except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
            raise Broken(f'"{cut(text)}" cannot be read', line) from error
        if isinstance(found, exp.Command):
            raise Broken(f'"{cut(text, 120)}" cannot be read', line)
        return found


def _reason(first: dict[str, object]) -> str:
    said = str(first.get("description") or "it cannot be read")
    return "a comma or a bracket is missing" if said == "Expecting )" else said.rstrip(".")


def _step(token: Token) -> int:
    return {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)


def source(text: str) -> Source:
    """Return the SQL of a text, without what only a client program reads; lines keep their numbers."""
    kept: list[str] = []
    end = ""
    for line in text.splitlines():
        low = line.lower().strip()
        if end:
            closed = low.replace(" ", "") == end
            kept.append("")
            end = "" if closed else end
        elif low.startswith("copy ") and low.endswith("from stdin;"):
            end = "\\."
            kept.append("")
        elif low.startswith("delimiter "):
            end = "delimiter;"
            kept.append("")
        else:
            kept.append("" if line.startswith("\\") else line)
    return Source("\n".join(kept), dialect_of(text))
