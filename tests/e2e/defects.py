"""Ways to break a printed project, each with the file that is then at fault. Each changes one place of one file."""

# ruff: noqa: E501  # a change reads best on one line
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """``old`` becomes ``new`` in ``path``; an empty ``old`` is the whole file, an empty ``new`` then removes it."""

    name: str
    path: str
    old: str
    new: str


NOTES, BOOKS = "app/routes/notes.py", "app/routes/notebooks.py"
MODEL, SCHEMA, RULES, ACCESS, MAIN = (
    "app/models/note.py",
    "app/schemas/note.py",
    "app/rules/note.py",
    "app/access.py",
    "app/main.py",
)
MIGRATION, PEOPLE = "migrations/versions/0001_initial.py", "app/auth/dependencies.py"
SETTINGS, TOKENS = "app/settings.py", "app/auth/tokens.py"
READ = '    return NoteRead.model_validate(crud.fetch(session, access.notes(user, "read"), note_id))'
LISTED = """) -> Page[NotebookRead]:
    \"\"\"List notebooks, filtered and sorted as asked; without an order in that of their creation.\"\"\"
    rows = """
OWN_LIST = 'narrowed(access.notebooks(user, "read"), query, COLUMNS)'
ANY_LIST = "narrowed(access.sa.select(Notebook), query, COLUMNS)"

READ_AT_ONCE = (
    Defect("syntax", NOTES, "def read_note(", "def read_note(("),
    Defect("import of what is not there", RULES, "changes, count, locked", "changes, counted, locked"),
    Defect(
        "import of a module that is not there", BOOKS, "from app import access, crud", "from app import acces, crud"
    ),
    Defect("name that nobody defined", BOOKS, "return paginate(session, rows", "return paginated(session, rows"),
    Defect("call that does not fit its function", NOTES, "note_rules.created(session, row)", "note_rules.created(row)"),
    Defect(
        "signature that others rely on",
        RULES,
        "def updated(session: Session, row: Note, before",
        "def updated(row: Note, before",
    ),
    Defect("package that is not declared", "app/crud.py", '"""', '"""Helpers."""\nimport requests\n_ = """'),
    Defect(
        "SQL built of text",
        NOTES,
        READ,
        '    session.execute(sa.text(f"SELECT * FROM notes WHERE id = {note_id}"))\n' + READ,
    ),
)
STARTS = (
    Defect(
        "hang at start",
        MAIN,
        "    settings = settings or Settings()\n",
        "    settings = settings or Settings()\n    import time\n    time.sleep(600)\n",
    ),
    Defect(
        "error at start",
        MAIN,
        "    add_error_handlers(app)\n",
        '    add_error_handlers(app)\n    raise RuntimeError("no")\n',
    ),
    Defect(
        "error when it begins to serve",
        MAIN,
        "    if app.state.settings.migrate_on_start:\n",
        "    app.state.nothing.here()\n    if app.state.settings.migrate_on_start:\n",
    ),
    Defect(
        "SQL that does not run",
        MIGRATION,
        '        sa.Column("pages", sa.Integer, nullable=False),\n',
        '        sa.Column("pages", sa.Integer, nullable=False),\n        sa.Column("pages", sa.Integer, nullable=False),\n',
    ),
    Defect("migration without a column", MIGRATION, '        sa.Column("text", sa.Text, nullable=False),\n', ""),
    Defect("migration that cannot be undone", MIGRATION, '    op.drop_table("notes")\n', '    op.drop_table("note")\n'),
    Defect("package that may not be used", "requirements.txt", "alembic==", "alembik==1.0\nalembic=="),
    Defect("package that has no such version", "requirements.txt", "uvicorn==", "tenacity==0.0.0.1\nuvicorn=="),
)
ANSWERS = (
    Defect("hang in a request", NOTES, READ, "    while True:\n        pass\n" + READ),
    Defect("server error in a request", NOTES, READ, "    1 / (note_id - note_id)\n" + READ),
    Defect(
        "route that is not there",
        BOOKS,
        '@router.delete("/{notebook_id}", status_code=204)',
        '@router.delete("/x/{notebook_id}", status_code=204)',
    ),
    Defect("wrong status", BOOKS, '@router.post("", status_code=201)', '@router.post("", status_code=200)'),
    Defect(
        "wrong status of what is missing",
        BOOKS,
        'crud.fetch(session, access.notebooks(user, "read"), notebook_id)',
        'session.get(Notebook, notebook_id) or {"id": 0, "title": "", "owner_id": 0}',
    ),
    Defect("answer without a field", SCHEMA, "    id: int\n    text: str\n", "    id: int\n"),
    Defect(
        "environment told to everybody",
        MAIN,
        '    return {"status": "ok"}',
        '    import os\n    return {"status": "ok", **os.environ}',
    ),
    Defect(
        "crash under load",
        MAIN,
        "    session.execute(sa.select(1))\n",
        "    import os, threading, time\n    global busy\n    busy = globals().get('busy', 0) + 1\n    if busy > 6:\n        os._exit(1)\n    time.sleep(0.2)\n    busy -= 1\n",
    ),
)
RIGHTS = (
    Defect(
        "list without sign-in",
        BOOKS,
        f"query: Annotated[NotebookQuery, Query()], user: CurrentUser\n{LISTED}{OWN_LIST}",
        f"query: Annotated[NotebookQuery, Query()]\n{LISTED}{ANY_LIST}",
    ),
    Defect("list of everybody's rows", BOOKS, OWN_LIST, ANY_LIST),
    Defect(
        "rows of others are read",
        BOOKS,
        'crud.fetch(session, access.notebooks(user, "read"), notebook_id)',
        "crud.fetch(session, access.sa.select(Notebook), notebook_id)",
    ),
    Defect(
        "no sign-in needed to delete",
        NOTES,
        'note_id: RowId, session: SessionDep, user: CurrentUser) -> None:\n    """Delete a note."""\n    row = crud.fetch(session, access.notes(user, "delete"), note_id, lock=True)',
        'note_id: RowId, session: SessionDep) -> None:\n    """Delete a note."""\n    row = crud.fetch(session, __import__("sqlalchemy").select(Note), note_id, lock=True)',
    ),
    Defect(
        "rows of others are changed",
        BOOKS,
        'access.notebooks(user, "update"), notebook_id',
        "access.sa.select(Notebook), notebook_id",
    ),
    Defect("tokens that nobody signed", "app/auth/tokens.py", '"require": ["sub", "exp"]', '"verify_signature": False'),
    Defect(
        "right of everybody on everything",
        ACCESS,
        '"notebooks.read": Right(own=("user",))',
        '"notebooks.read": Right(every=("user",))',
    ),
    Defect(
        "rule dropped",
        RULES,
        "    r1_a_notebook_can_have_at_most_5_notes(session, row)\n\n\ndef updated",
        "    del session, row\n\n\ndef updated",
    ),
    Defect("rule off by one", RULES, "if taken > 5:", "if taken > 6:"),
)
KEPT = (
    Defect("wrong value kept", NOTES, "Note(**data.model_dump())", 'Note(**data.model_dump() | {"pages": 0})'),
    Defect(
        "field that a change drops",
        NOTES,
        "data.model_dump(exclude_unset=True)",
        'data.model_dump(exclude_unset=True, exclude={"pages"})',
    ),
    Defect("column of another type", MODEL, "mapped_column(sa.Integer)", "mapped_column(sa.String(20))"),
    Defect("column that may be empty", MODEL, "text: Mapped[str]", "text: Mapped[str | None]"),
    Defect(
        "column that no migration makes",
        MODEL,
        "    pages: Mapped[int]",
        "    colour: Mapped[int | None]\n    pages: Mapped[int]",
    ),
    Defect("value taken that the charter forbids", SCHEMA, "    pages: int = Field(ge=0, ", "    pages: int = Field("),
    Defect(
        "secret in code",
        TOKENS,
        "    key = settings.secret_key.get_secret_value()\n",
        '    key = "q8Zr1xW0vT5yLm3nKc7uJb2hGd9fSa4e"\n',
    ),
    Defect(
        "secret as a default",
        SETTINGS,
        "Field(default_factory=lambda: SecretStr(token_urlsafe(32)), min_length=32)",
        'SecretStr("q8Zr1xW0vT5yLm3nKc7uJb2hGd9fSa4e")',
    ),
    Defect("setting missing at start", SETTINGS, "    migrate_on_start: bool = True\n", ""),
    Defect("setting missing in a request", SETTINGS, "    access_token_minutes: int = Field(default=15, ge=1)\n", ""),
    Defect("setting that nobody gives", SETTINGS, '"WARNING", "ERROR"] = "INFO"', '"WARNING", "ERROR"]'),
    Defect("migration removed", MIGRATION, "", ""),
)
GROUPS = {"read at once": READ_AT_ONCE, "starts": STARTS, "answers": ANSWERS, "rights": RIGHTS, "kept": KEPT}
