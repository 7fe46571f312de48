"""What the stages of a run made, laid out to be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from libs.client.models import FileDiff
from libs.client.view.behaviour import behaviour_lines, computed_made
from libs.client.view.describe import architecture_made, charter_made, review_made
from libs.client.view.screen import Screen
from libs.client.view.text import clean, plain_ascii
from libs.contracts.artifacts import Architecture, Issue, Review
from libs.contracts.charter import Charter, Entity


def table(screen: Screen, columns: Iterable[str], rows: Iterable[Sequence[str]], last_wraps: bool = True) -> None:
    """A table without frames; its last column takes what room is left."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    names = list(columns)
    for name in names:
        made.add_column(name, overflow="fold", no_wrap=name != names[-1] or not last_wraps)
    for row in rows:
        made.add_row(*(_cell(screen, text) for text in row))
    screen.show(made)


def _cell(screen: Screen, text: str) -> Text:
    return Text(plain_ascii(clean(text)) if screen.ascii_only else clean(text))


def show_charter(screen: Screen, charter: Charter) -> None:
    """The requirements: entities, who may do what, rules, assumptions, open questions."""
    screen.say(f"{clean(charter.title)}  ({charter_made(charter)})", "bold")
    screen.say(clean(charter.description))
    screen.say()
    table(screen, ("entity", "fields"), ((entity.name, _fields(entity)) for entity in charter.entities))
    _bullets(screen, "Roles", _roles(charter))
    for title, lines in behaviour_lines(charter):
        _bullets(screen, title, lines)
    _bullets(screen, "Assumptions", charter.assumptions)
    _bullets(screen, "Open questions", charter.open_questions)
    _bullets(screen, "Not understood", charter.not_understood)
    if charter.confidence is not None:
        screen.say(f"How sure the reader is: {charter.confidence} of 100")
    screen.say()


def show_endpoints(screen: Screen, charter: Charter) -> None:
    """The routes that the system answers."""
    rows = ((e.method, e.path, e.summary + (f" ({', '.join(e.roles)})" if e.roles else "")) for e in charter.endpoints)
    table(screen, ("method", "path", "what it does"), rows)
    screen.say()


def _fields(entity: Entity) -> str:
    fields = [f"{field.name}: {field.type}{'' if field.required else '?'}" for field in entity.fields]
    links = [f"{link.name} -> {link.target}{'s' if link.kind == 'many_to_many' else ''}" for link in entity.relations]
    return ", ".join([*fields, *links, *(f"{one.name} = {computed_made(one)}" for one in entity.computed)])


def _roles(charter: Charter) -> list[str]:
    allowed = [
        f"{p.role} may {', '.join(p.actions)} {p.entity}{' (their own)' if p.own_only else ''}"
        for p in charter.permissions
    ]
    named = {permission.role for permission in charter.permissions}
    return [*allowed, *(f"{role.name} {role.description}" for role in charter.roles if role.name not in named)]


def _bullets(screen: Screen, title: str, lines: Sequence[str]) -> None:
    if lines:
        screen.say(title, "bold")
    for line in lines:
        screen.say(f"  - {clean(line)}")


def show_architecture(screen: Screen, architecture: Architecture, with_diagrams: bool = True) -> None:
    """The design: its document, the files a model writes, dependencies, diagrams."""
    screen.say(f"Design  ({architecture_made(architecture)})", "bold")
    text = clean(architecture.design)
    screen.show(Markdown(text) if screen.animated else Text(text))
    if architecture.modules:
        rows = ((module.path, ", ".join(module.rules), module.purpose) for module in architecture.modules)
        table(screen, ("module", "rules", "purpose"), rows)
    _bullets(screen, "Dependencies", [f"{d.name}{d.version}" for d in architecture.dependencies])
    for diagram in architecture.diagrams if with_diagrams else ():
        screen.say(f"Diagram: {diagram.kind} (Mermaid)", "bold")
        screen.say(clean(diagram.mermaid))
    screen.say()


def show_review(screen: Screen, review: Review) -> None:
    """The verdict, and each issue with its place."""
    screen.say(review_made(review), "bold green" if review.accepted else "bold yellow")
    screen.say(clean(review.summary))
    if review.issues:
        rows = ((issue.severity, _place(issue), issue.rule, issue.message) for issue in review.issues)
        table(screen, ("severity", "place", "rule", "what is wrong"), rows)


def _place(issue: Issue) -> str:
    return f"{issue.path}:{issue.line}" if issue.line else issue.path


def show_diffs(screen: Screen, diffs: Iterable[FileDiff]) -> bool:
    """Unified diffs; false where nothing differs."""
    found = [diff for diff in diffs if diff.diff]
    for diff in found:
        text = clean(diff.diff).rstrip("\n")
        if screen.animated:
            screen.show(Syntax(text, "diff", background_color="default"))
        else:
            screen.say(text)
    return bool(found)
