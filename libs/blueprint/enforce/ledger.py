"""``Ledger``: rows that move a balance, which never falls below its minimum."""

from __future__ import annotations

from libs.blueprint import conditions
from libs.blueprint.enforce import parts
from libs.blueprint.enforce.parts import Compiled
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Ledger, Rule


def compiled(view: EntityView, rule: Rule, ledger: Ledger) -> Compiled:
    """Return the functions that move the balance as rows come, change and go."""
    link = to_one(view, ledger.relation)
    name = parts.function_name(rule)
    amount = parts.column(view, ledger.amount)
    watched = [amount.attr, link.key, *([parts.column(view, ledger.direction).attr] if ledger.direction else [])]
    return Compiled(
        view=view,
        rule=rule,
        source="\n\n\n".join(
            [*_amount(view, rule, ledger, amount), _move(view, rule, ledger), _moved(view, rule, ledger)]
        ),
        created=(f"{name}(session, row.{link.key}, {_now(view, rule, ledger)})",),
        updated=(f"{name}_again(session, row, before)",),
        watched=frozenset(watched),
        deleted=_undone(view, rule, ledger),
    )


def _undone(view: EntityView, rule: Rule, ledger: Ledger) -> tuple[str, ...]:
    link = to_one(view, ledger.relation)
    call = f"{parts.function_name(rule)}(session, row.{link.key}, -{_now(view, rule, ledger)})"
    if not taken_along(view, ledger):
        return (call,)
    return (f"if row.{link.attr} is not parent:", f"    {call}")


def taken_along(view: EntityView, ledger: Ledger) -> bool:
    """Tell whether the row goes together with the one that has the balance."""
    return to_one(view, ledger.relation).relation.on_delete == "cascade"


def kind(view: EntityView, ledger: Ledger) -> str:
    """Return the Python type of the amount."""
    return "int" if parts.column(view, ledger.amount).type == "integer" else "Decimal"


def _now(view: EntityView, rule: Rule, ledger: Ledger) -> str:
    return _read(view, rule, ledger, conditions.ROW)


def _read(view: EntityView, rule: Rule, ledger: Ledger, reader: conditions.Reader) -> str:
    amount = reader.own(parts.column(view, ledger.amount).attr)
    if not ledger.direction:
        return amount
    return f"{parts.function_name(rule)}_amount({amount}, {reader.own(parts.column(view, ledger.direction).attr)})"


def _amount(view: EntityView, rule: Rule, ledger: Ledger, amount: Place) -> list[str]:
    if not ledger.direction:
        return []
    direction = parts.column(view, ledger.direction)
    attr, number = direction.attr, kind(view, ledger)
    down = conditions.membership(attr, direction, ledger.decreases)
    return [
        "\n".join(
            [
                f"def {parts.function_name(rule)}_amount({amount.attr}: {number}, {attr}: str) -> {number}:",
                f'    """Return what a row adds to the balance; {", ".join(ledger.decreases)} take away."""',
                f"    return -{amount.attr} if {down} else {amount.attr}",
            ]
        )
    ]


def _move(view: EntityView, rule: Rule, ledger: Ledger) -> str:
    link = to_one(view, ledger.relation)
    target = link.target
    balance = parts.column(target, ledger.balance)
    minimum = conditions.typed(balance, ledger.minimum)
    number = kind(view, ledger)
    return "\n".join(
        [
            f"def {parts.function_name(rule)}(session: Session, {link.key}: int, amount: {number}) -> None:",
            parts.about(rule),
            f"    held = locked(session, {target.cls}, {link.key})",
            "# snapshot",
            f"    held.{balance.attr} += amount",
            f"    if held.{balance.attr} < {minimum}:",
            parts.refusal(rule, 8),
            "    session.flush()",
            "# updated",
        ]
    )


def _moved(view: EntityView, rule: Rule, ledger: Ledger) -> str:
    link = to_one(view, ledger.relation)
    number = kind(view, ledger)
    zero = "0" if number == "int" else "Decimal(0)"
    head = f"def {parts.function_name(rule)}_again(session: Session, row: {view.cls}, before: dict[str, Any]) -> None:"
    return "\n".join(
        [
            head,
            f'    """{rule.id}: take back what the row moved before, and move what it says now."""',
            f'    moves: dict[int, {number}] = {{before["{link.key}"]: {zero}, row.{link.key}: {zero}}}',
            f'    moves[before["{link.key}"]] -= {_read(view, rule, ledger, conditions.BEFORE)}',
            f"    moves[row.{link.key}] += {_now(view, rule, ledger)}",
            f"    for {link.key}, amount in sorted(moves.items()):",
            f"        {parts.function_name(rule)}(session, {link.key}, amount)",
        ]
    )


def balance_check(view: EntityView, rule: Rule, ledger: Ledger) -> str:
    """Return the function that keeps a balance above its minimum, for the entity that has it."""
    balance = resolve(view, ledger.balance)
    minimum = conditions.typed(balance, ledger.minimum)
    return "\n".join(
        [
            f"def {parts.function_name(rule)}(row: {view.cls}) -> None:",
            parts.about(rule),
            f"    if row.{balance.attr} < {minimum}:",
            parts.refusal(rule, 8),
        ]
    )
