"""Which rules of an entity its routes call, and how; the module that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from libs.blueprint import custom, enforce, indexes, states
from libs.blueprint.enforce import ledger
from libs.blueprint.enforce.parts import Compiled, Remote, affected, function_name
from libs.blueprint.literals import literal, quoted
from libs.blueprint.paths import resolve, to_one
from libs.blueprint.values import bounds
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Ledger, Rule


@dataclass(frozen=True)
class Hooks:
    """After which changes the rules of an entity are called; ``deleted`` is called before the row goes."""

    created: bool = False
    updated: bool = False
    deleted: bool = False

    def __bool__(self) -> bool:
        """Tell whether the entity has rules at all."""
        return self.created or self.updated or self.deleted


@lru_cache(maxsize=512)
def rules_of(view: EntityView) -> tuple[Compiled, ...]:
    """Return the compiled rules of the entity."""
    return tuple(enforce.compiled(view, rule) for rule in view.charter.rules if _of(rule, view))


@lru_cache(maxsize=512)
def printed(view: EntityView) -> tuple[Compiled, ...]:
    """Return the rules that are held up by code; a unique index holds up the others, whoever writes."""
    held = {rule.id for _, rule in indexes.ruled(view)}
    return tuple(each for each in rules_of(view) if each.rule.id not in held)


def _of(rule: Rule, view: EntityView) -> bool:
    return rule.enforcement is not None and rule.entity == view.name


@lru_cache(maxsize=512)
def remotes(view: EntityView) -> tuple[tuple[Compiled, Remote], ...]:
    """Return the rules of other entities (and its own, up and down a tree) that read rows of this one."""
    found = [(each, remote) for peer in view.peers.values() for each in printed(peer) for remote in each.remotes]
    return tuple((each, remote) for each, remote in found if remote.view is view)


@lru_cache(maxsize=512)
def balances(view: EntityView) -> tuple[tuple[Rule, Ledger], ...]:
    """Return the ledgers whose balance is a field of this entity, where no bound of the field keeps it already."""
    found = [
        (each.rule, each.rule.enforcement)
        for peer in view.peers.values()
        for each in rules_of(peer)
        if isinstance(each.rule.enforcement, Ledger) and to_one(peer, each.rule.enforcement.relation).target is view
    ]
    return tuple(each for each in found if not _bounded(view, each[1]))


def opened(view: EntityView) -> list[tuple[Rule, Ledger]]:
    """Return the ledgers whose balance a new row is given."""
    names = {each.name for each in view.creatable}
    return [each for each in balances(view) if each[1].balance in names]


def set_by_actions(view: EntityView) -> list[tuple[Rule, Ledger]]:
    """Return the ledgers whose balance an action changes by itself."""
    changed = [
        resolve(peer, effect.target)
        for peer in view.peers.values()
        for action in peer.entity.actions
        for effect in action.effects
        if effect.kind != "create"
    ]
    attrs = {place.attr for place in changed if place.holder is view}
    return [each for each in balances(view) if resolve(view, each[1].balance).attr in attrs]


def _bounded(view: EntityView, kept: Ledger) -> bool:
    field = resolve(view, kept.balance).field
    low = bounds(field)[0] if field else None
    return low is not None and low >= type(low)(kept.minimum)


@lru_cache(maxsize=512)
def taken_along(view: EntityView) -> tuple[Link, ...]:
    """Return the references by which rows with rules of their own go together with a row of this entity."""
    found = [link for peer in view.peers.values() for link in peer.references if link.target is view]
    return tuple(
        link for link in found if link.relation.on_delete == "cascade" and (link.to_self or hooks(link.source).deleted)
    )


@lru_cache(maxsize=512)
def cleared(view: EntityView) -> tuple[Link, ...]:
    """Return the references that deleting a row of this entity clears, where rules of theirs look at them."""
    found = [link for peer in view.peers.values() for link in peer.references if link.target is view]
    return tuple(link for link in found if link.relation.on_delete == "set_null" and _is_ruled(link))


def _is_ruled(link: Link) -> bool:
    return any(each.updated and link.key in each.watched for each in printed(link.source))


@lru_cache(maxsize=512)
def hooks(view: EntityView) -> Hooks:
    """Return the hooks that the entity's rules need."""
    own, words = printed(view), any(custom.rule_places(view))
    moves = view.entity.states is not None
    created = any(each.created for each in own) or bool(opened(view))
    updated = any(each.updated for each in own) or bool(remotes(view) or set_by_actions(view))
    along = _deleted_with(view, set())
    return Hooks(created or words or moves, updated or words or moves, words or along)


def _deleted_with(view: EntityView, seen: set[str]) -> bool:
    """Tell whether deleting a row has to ask a rule: its own, or one of the rows that go with it."""
    if any(each.deleted for each in printed(view)) or any(custom.rule_places(view)) or cleared(view):
        return True
    followed = [
        link.source
        for peer in view.peers.values()
        for link in peer.references
        if link.target is view and link.relation.on_delete == "cascade" and link.source.name not in seen
    ]
    return any(_deleted_with(each, seen | {view.name}) for each in followed if each is not view)


def call(view: EntityView, event: str) -> str:
    """Return the source of the call for ``event``: ``created``, ``updated`` or ``deleted``."""
    return f"{view.snake}_rules.{event}(session, row{', before' if event == 'updated' else ''})"


def imports(view: EntityView) -> dict[str, str]:
    """Return what the entity's routes import for its rules: name to module."""
    return {f"{view.snake}_rules": f"app.rules.{view.module} as {view.snake}_rules"}


def asks_who(view: EntityView) -> bool:
    """Tell whether ``updated`` is told which action changes the row."""
    return view.entity.states is not None or any(custom.rule_places(view))


def has_parent(view: EntityView) -> bool:
    """Tell whether ``deleted`` is told which row takes this one along."""
    kept = [each.rule.enforcement for each in rules_of(view)]
    return any(isinstance(each, Ledger) and ledger.taken_along(view, each) for each in kept)


def source(view: EntityView) -> str:
    """Return the module with the entity's rules, after its imports."""
    blocks = ["\n".join(states.table(view))] if view.entity.states else []
    wanted = hooks(view)
    blocks += ["\n".join(_created(view))] if wanted.created else []
    blocks += ["\n".join(_updated(view))] if wanted.updated else []
    blocks += ["\n".join(_deleted(view))] if wanted.deleted else []
    blocks += [_finished(view, each) for each in printed(view)]
    asked = [*opened(view), *set_by_actions(view)]
    blocks += [ledger.balance_check(view, *each) for each in balances(view) if each in asked]
    return "\n\n\n".join(blocks)


def _finished(view: EntityView, each: Compiled) -> str:
    """Let what moves a balance be seen by the rules of the row that holds it."""
    kept = each.rule.enforcement
    if not isinstance(kept, Ledger):
        return each.source
    target = to_one(view, kept.relation).target
    seen = hooks(target).updated
    taken = "    before = snapshot(held)\n" if seen else ""
    told = f"    {_named(view, target)}updated(session, held, before)\n" if seen else ""
    return each.source.replace("# snapshot\n", taken).replace("# updated", told).replace("\n\n\n\n", "\n\n\n").rstrip()


def _named(view: EntityView, other: EntityView) -> str:
    return "" if other is view else f"{other.snake}_rules."


def _created(view: EntityView) -> Iterator[str]:
    yield f"def created(session: Session, row: {view.cls}) -> None:"
    yield '    """Check a new row, before it is committed."""'
    yield from states.started(view)
    for each in printed(view):
        yield from (f"    {line}" for line in each.created)
    yield from (f"    {function_name(rule)}(row)" for rule, _ in opened(view))
    yield from (f'    {place.name}.check(session, "create", row, None)' for place in custom.rule_places(view))


def _updated(view: EntityView) -> Iterator[str]:
    who = ', action: str = "update"' if asks_who(view) else ""
    yield f"def updated(session: Session, row: {view.cls}, before: dict[str, Any]{who}) -> None:"
    yield '    """Check a changed row, before it is committed; ``before`` is what it was."""'
    if any((view.entity.states, *(each.updated for each in printed(view)), remotes(view), set_by_actions(view))):
        yield "    changed = changes(session, row, before)"
    yield from states.moved(view)
    for each in (each for each in printed(view) if each.updated):
        yield f"    if {_among(each.watched, view)}:"
        yield from (f"        {line}" for line in each.updated)
    for rule, kept in set_by_actions(view):
        yield f"    if {_among({resolve(view, kept.balance).attr}, view)}:"
        yield f"        {function_name(rule)}(row)"
    for each, remote in remotes(view):
        yield from _remote(view, each, remote)
    yield from (f"    {place.name}.check(session, action, row, before)" for place in custom.rule_places(view))


def _among(attrs: Iterable[str], view: EntityView) -> str:
    named = sorted(attrs)
    if set(named) >= {field.name for field in view.fields} | {link.key for link in view.references}:
        return "changed"
    return f"{quoted(named[0])} in changed" if len(named) == 1 else f"changed & {{{', '.join(map(literal, named))}}}"


def _remote(view: EntityView, each: Compiled, remote: Remote) -> Iterator[str]:
    other = each.view
    variable = _variable(other, [known.view for known, _ in remotes(view)])
    yield f"    if {_among(remote.attrs, view)}:"
    yield f"        for {variable} in session.scalars({affected(remote, other)}):"
    for line in each.updated:
        called = re.sub(r"\brow\b", variable, line)
        yield f"            {_named(view, other)}{called}"


def _deleted(view: EntityView) -> Iterator[str]:
    parent = ", parent: Base | None = None" if has_parent(view) else ""
    yield f"def deleted(session: Session, row: {view.cls}{parent}) -> None:"
    yield '    """Check a row that is about to be deleted, and those that go with it or lose it."""'
    for each in printed(view):
        yield from (f"    {line}" for line in each.deleted)
    for place in custom.rule_places(view):
        yield f'    {place.name}.check(session, "delete", row, None)'
    sources = [each.source for each in (*cleared(view), *taken_along(view))]
    for link in cleared(view):
        yield from _cleared(view, link, _variable(link.source, sources))
    for link in taken_along(view):
        child, variable = link.source, _variable(link.source, sources)
        told = ", row" if has_parent(child) else ""
        yield f"    for {variable} in session.scalars(sa.select({child.cls}).where({child.cls}.{link.key} == row.id)):"
        yield f"        {_named(view, child)}deleted(session, {variable}{told})"


def _cleared(view: EntityView, link: Link, variable: str) -> Iterator[str]:
    """Yield the lines that clear a reference ahead of the database, and ask the rules of the rows that had it."""
    child = link.source
    alive = f", {child.cls}.deleted_at.is_(None)" if child.entity.soft_delete else ""
    found = f"sa.select({child.cls}).where({child.cls}.{link.key} == row.id{alive})"
    yield f"    for {variable} in session.scalars({found}).all():"
    yield f"        before = snapshot({variable})"
    yield f"        {variable}.{link.key} = None"
    yield "        session.flush()"
    yield f"        {_named(view, child)}updated(session, {variable}, before)"


def _variable(view: EntityView, beside: Iterable[EntityView]) -> str:
    """Name a row of another entity in a function that also names rows of others: a variable has one type there."""
    return "other" if {each.name for each in beside} == {view.name} else f"other_{view.snake}"


def uses(views: Iterable[EntityView]) -> str:
    """Return the sources of all entities' rules, to see which helpers they use."""
    return "\n".join(source(view) for view in views if hooks(view))
