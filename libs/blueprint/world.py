"""A charter's rows in memory, changed as the printed routes would change them: it tells which rule says no."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from libs.blueprint import conditions, custom, indexes, names, rulebook, states
from libs.blueprint.enforce.parts import column, set_with_state
from libs.blueprint.enforce.row import own_attributes
from libs.blueprint.paths import Place, in_period, resolve, to_one
from libs.blueprint.reading import USER_ID, RefusedError, Row, Rows, default_of, typed
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import (
    Action,
    BlockedBy,
    Immutable,
    Ledger,
    Limit,
    NoOverlap,
    Requires,
    Rule,
    UniqueIn,
)

STATE, TAKEN, HELD, CHECK, BALANCE = "state", "taken", "held", "check", "balance"


class World(Rows):
    """Rows that change as routes change them; a refused change leaves no trace."""

    def create(self, view: EntityView, values: Row) -> Row:
        """Add a row; raise ``RefusedError`` where a rule is broken."""
        opened = {names.attribute(each.name): default_of(each) for each in view.fields if each not in view.creatable}
        if opened.keys() & values.keys():
            raise RefusedError(BALANCE)
        return self._kept(lambda: self._created(view, opened | values))

    def update(self, view: EntityView, row_id: int, changes: Row) -> Row:
        """Change a row; raise ``RefusedError``."""
        if {names.attribute(each) for each in view.balances} & changes.keys():
            raise RefusedError(BALANCE)
        return self._kept(lambda: self._updated(view, row_id, changes, "update"))

    def delete(self, view: EntityView, row_id: int) -> None:
        """Delete a row; raise ``RefusedError``."""
        self._kept(lambda: self._deleted(view, row_id, None))

    def act(self, view: EntityView, row_id: int, action: Action, given: Row) -> Row:
        """Do an action on a row; raise ``RefusedError``, with ``check`` and its number where a check fails."""
        return self._kept(lambda: self._acted(view, row_id, action, given))

    def _kept(self, change: Callable[[], Any]) -> Any:
        before = self.copied()
        try:
            return change()
        except RefusedError:
            self.rows = before
            raise

    def _created(self, view: EntityView, values: Row) -> Row:
        rows = self.of(view)
        row_id = max(rows, default=0) + 1
        owner = {view.stamps.owner: USER_ID} if view.entity.owned and not view.entity.account else {}
        row: Row = {**dict.fromkeys(own_attributes(view)), **owner, **values, "id": row_id}
        rows[row_id] = row
        broken = self._taken(view, row)
        if view.entity.states and row[states.attribute(view)] != view.entity.states.initial:
            broken.add(STATE)
        broken |= self._moved(view, None, row) | self._watched(view, row, set(row)) | self._always()
        if broken:
            raise RefusedError(*broken)
        return row

    def _updated(self, view: EntityView, row_id: int, changes: Row, who: str) -> Row:
        row = self.of(view)[row_id]
        before = dict(row)
        row |= changes
        changed = {name for name in row if row[name] != before.get(name)}
        broken = self._taken(view, row) | self._frozen(view, before, changed) | self._watched(view, row, changed)
        if view.entity.states and not self._allowed(view, before, row, who):
            broken.add(STATE)
        if changed:
            broken |= self._blocked(view, row, "update")
        broken |= self._moved(view, before, row) | self._always()
        if broken:
            raise RefusedError(*broken)
        return row

    def _deleted(self, view: EntityView, row_id: int, parent: EntityView | None) -> None:
        row = self.of(view)[row_id]
        broken = self._blocked(view, row, "delete")
        for rule, kept in rules_of(view, Immutable):
            if not kept.fields and self.hold(view, row, kept.when):
                broken.add(rule.id)
        if broken:
            raise RefusedError(*broken)
        for link in pointing(view):
            self._let_go(view, row_id, link)
        for _, kept in rules_of(view, Ledger):
            if to_one(view, kept.relation).target is not parent:
                broken |= self._balance(view, kept, row, -1)
        del self.of(view)[row_id]
        broken |= self._always()
        if broken:
            raise RefusedError(*broken)

    def _let_go(self, view: EntityView, row_id: int, link: Link) -> None:
        for other in [each for each in self.of(link.source).values() if each[link.key] == row_id]:
            if link.relation.on_delete == "restrict":
                raise RefusedError(HELD)
            if link.relation.on_delete == "set_null":
                self._updated(link.source, other["id"], {link.key: None}, "update")
            elif other["id"] in self.of(link.source):
                self._deleted(link.source, other["id"], view)

    def _acted(self, view: EntityView, row_id: int, action: Action, given: Row) -> Row:
        row = self.of(view)[row_id]
        failed = [n for n, each in enumerate(action.checks) if not self.hold(view, row, [each], given)]
        if failed:
            raise RefusedError(*(f"{CHECK} {number}" for number in failed))
        blocked = self._blocked(view, row, action.name)
        if blocked:
            raise RefusedError(*blocked)
        who, before = custom.action_name(view, action), dict(row)
        changes: dict[tuple[str, int], Row] = {}
        for effect in action.effects:
            if effect.kind == "create":
                self._make(view, row | changes.get((view.name, row_id), {}), effect.target, effect.assignments, given)
                continue
            place = resolve(view, effect.target)
            target = self._target(row, place)
            if target is not None:
                new = changes.setdefault((place.holder.name, target["id"]), {})
                old = new.get(place.attr, target[place.attr])
                value = None if effect.value is None else self.value(view, before, effect.value, place, given)
                new[place.attr] = _effect(effect.kind, old, value)
        for (name, target_id), values in changes.items():
            self._updated(view.peers[name], target_id, values, who)
        return row

    def _target(self, row: Row, place: Place) -> Row | None:
        here: Row | None = row
        for link in place.way:
            here = None if here is None or here[link.key] is None else self.of(link.target)[here[link.key]]
        return here

    def _make(self, view: EntityView, row: Row, name: str, assignments: Iterable[Any], given: Row) -> None:
        target = view.peers[name]
        values = {each.name: default_of(each) for each in target.fields if each.default is not None}
        for each in assignments:
            place = column(target, each.field)
            values[place.attr] = self.value(view, row, each.value, place, given)
        self._created(target, values)

    def _taken(self, view: EntityView, row: Row) -> set[str]:
        """Tell whether another row has a value that is unique."""
        for members in indexes.unique(view):
            attrs = [names.attribute(name) for name in members]
            mine, others = [row.get(attr) for attr in attrs], self._others(view, row)
            if None not in mine and any([other.get(attr) for attr in attrs] == mine for other in others):
                return {TAKEN}
        return set()

    def _others(self, view: EntityView, row: Row) -> Iterator[Row]:
        return (other for other in self.of(view).values() if other is not row)

    def _frozen(self, view: EntityView, before: Row, changed: set[str]) -> set[str]:
        broken: set[str] = set()
        for rule, kept in rules_of(view, Immutable):
            fixed = {column(view, name).attr for name in kept.fields} or set(before)
            if self.hold(view, before, kept.when) and changed & fixed - self._moving(view, kept, changed):
                broken.add(rule.id)
        return broken

    def _moving(self, view: EntityView, kept: Immutable, changed: set[str]) -> set[str]:
        """Return what a transition changes, which the states judge."""
        kinds = view.entity.states
        if kinds is None or kept.fields or kinds.field not in conditions.paths_of(kept.when):
            return set()
        attr = states.attribute(view)
        return {attr, *set_with_state(view)} if attr in changed else set()

    def _allowed(self, view: EntityView, before: Row, row: Row, who: str) -> bool:
        attr, kinds = states.attribute(view), view.entity.states
        if kinds is None or before[attr] == row[attr]:
            return True
        known = any((each.source, each.target) == (before[attr], row[attr]) for each in kinds.transitions)
        return known and who in states.makers(view, row[attr])

    def _blocked(self, view: EntityView, row: Row, action: str) -> set[str]:
        broken: set[str] = set()
        for rule, kept in rules_of(view, BlockedBy):
            peer = view.peers[kept.source]
            key = to_one(peer, kept.relation).key
            found = (other for other in self.of(peer).values() if other[key] == row["id"])
            if action in kept.actions and any(self.hold(peer, other, kept.where) for other in found):
                broken.add(rule.id)
        return broken

    def _moved(self, view: EntityView, before: Row | None, row: Row) -> set[str]:
        broken: set[str] = set()
        for rule, kept in rules_of(view, Ledger):
            broken |= set() if before is None else self._balance(view, kept, before, -1)
            if self._balance(view, kept, row, 1) | broken:
                broken = {rule.id}
        return broken

    def _balance(self, view: EntityView, kept: Ledger, row: Row, sign: int) -> set[str]:
        """Move a balance; what it may not be is found by the rules that always hold."""
        held = self.of(to_one(view, kept.relation).target)[row[to_one(view, kept.relation).key]]
        down = kept.direction and row[column(view, kept.direction).attr] in kept.decreases
        balance = resolve(to_one(view, kept.relation).target, kept.balance).attr
        held[balance] += sign * (-1 if down else 1) * row[column(view, kept.amount).attr]
        return set()

    def _watched(self, view: EntityView, row: Row, changed: set[str]) -> set[str]:
        """Return the rules against the clock that a written row breaks."""
        broken: set[str] = set()
        for each in rulebook.rules_of(view):
            kept = each.rule.enforcement
            if isinstance(kept, Requires) and not _timeless(kept) and changed & each.watched:
                broken |= {each.rule.id} if not self._meets(view, row, kept) else set()
        return broken

    def _meets(self, view: EntityView, row: Row, kept: Requires) -> bool:
        return not self.hold(view, row, kept.when) or self.hold(view, row, kept.must)

    def _always(self) -> set[str]:
        """Return the rules that do not hold of all rows together."""
        return {each.rule.id for view in self.views for each in rulebook.rules_of(view) if not self._all_keep(each)}

    def _all_keep(self, each: rulebook.Compiled) -> bool:
        view, kept = each.view, each.rule.enforcement
        rows = list(self.of(view).values())
        if isinstance(kept, Requires):
            return not _timeless(kept) or all(self._meets(view, row, kept) for row in rows)
        if isinstance(kept, Ledger):
            target, balance = to_one(view, kept.relation).target, kept.balance
            low = typed(resolve(target, balance), kept.minimum)
            return all(row[resolve(target, balance).attr] >= low for row in self.of(target).values())
        if not isinstance(kept, Limit | NoOverlap | UniqueIn):
            return True
        rows = [row for row in rows if self.hold(view, row, kept.where)]
        if isinstance(kept, Limit):
            return all(self._within(view, kept, row, rows) for row in rows)
        pairs = [(row, other) for row in rows for other in rows if row["id"] < other["id"]]
        return not any(_alike(view, kept, *pair) for pair in pairs)

    def _scope(self, view: EntityView, row: Row, name: str) -> Any:
        """Return what rows share that a limit counts together: a value, or the day of a moment."""
        head, size = in_period(view, name)
        value = row[column(view, head).attr]
        return value.date() if size and value is not None else value

    def _within(self, view: EntityView, kept: Limit, row: Row, rows: list[Row]) -> bool:
        for name in (kept.per, *kept.scope) if kept.per else kept.scope:
            mine = self._scope(view, row, name)
            rows = [other for other in rows if mine is not None and self._scope(view, other, name) == mine]
        summed = column(view, kept.field) if kept.function == "sum" else Place(view, ())
        taken = len(rows) if kept.function == "count" else sum(other[summed.attr] or 0 for other in rows)
        most = self.value(view, row, kept.maximum, summed, {})
        return most is None or taken <= most


def _alike(view: EntityView, kept: NoOverlap | UniqueIn, row: Row, other: Row) -> bool:
    shared = kept.fields if isinstance(kept, UniqueIn) else kept.scope
    attrs = [column(view, name).attr for name in shared]
    if any(row[attr] is None or row[attr] != other[attr] for attr in attrs):
        return False
    if isinstance(kept, UniqueIn):
        return True
    start, end = column(view, kept.start).attr, column(view, kept.end).attr
    if row[start] is None or other[start] is None:
        return False
    ends_late = row[end] is None or other[start] < row[end]
    return ends_late and (other[end] is None or other[end] > row[start])


def rules_of(view: EntityView, kind: type[Any]) -> Iterator[tuple[Rule, Any]]:
    """Yield the entity's rules of one kind, each with what it enforces."""
    for each in rulebook.rules_of(view):
        if isinstance(each.rule.enforcement, kind):
            yield each.rule, each.rule.enforcement


def pointing(view: EntityView) -> list[Link]:
    """Return the references to the entity."""
    return [link for peer in view.peers.values() for link in peer.references if link.target is view]


def _effect(kind: str, old: Any, value: Any) -> Any:
    if kind == "set":
        return value
    return (old or 0) + value if kind == "increase" else (old or 0) - value


def _timeless(kept: Requires) -> bool:
    return not conditions.moves_with_time([*kept.when, *kept.must])
