"""The state that a deed leads to: "cancelled" of cancel, "in progress" of start."""

from __future__ import annotations

import re

from libs.offline.prose.rows import reached
from libs.offline.prose.world import World

_IRREGULAR = {
    "hide": "hidden", "unhide": "visible", "withdraw": "withdrawn", "take": "taken", "give": "given", "pay": "paid",
    "freeze": "frozen", "bring": "brought", "begin": "begun", "reopen": "open", "unblock": "active", "unlock": "open",
    "cancel": "cancelled", "submit": "submitted", "admit": "admitted", "refer": "referred",
}  # fmt: skip
# Where a deed leads when no state is spelled like it.
_GOALS = {
    "start": ("in_progress", "running", "active", "ongoing", "started", "in_use"),
    "begin": ("in_progress", "running", "active", "ongoing", "started"),
    "finish": ("done", "completed", "closed", "ready"),
    "complete": ("done", "finished", "closed"),
    "hand_in": ("submitted", "filed"),
    "resolve": ("closed", "done", "fixed"),
    "take_back": ("returned",),
    "give_back": ("returned",),
    "bring_back": ("returned",),
    "call_off": ("cancelled",),
    "settle": ("paid",),
    "bill": ("invoiced",),
    "review": ("under_review", "in_review", "reviewed"),
    "repair": ("being_repaired", "in_repair", "under_repair"),
    "fix": ("fixed", "done", "repaired"),
    "ship": ("dispatched", "sent"),
    "dispatch": ("shipped", "sent"),
    "reopen": ("open", "submitted"),
    "deliver": ("delivered",),
    "grant": ("approved",),
    "deny": ("rejected",),
    "refuse": ("rejected", "declined"),
    "decline": ("rejected",),
    "unblock": ("active", "available"),
    "hand_out": ("collected",),
    "collect": ("picked_up",),
}


def participle(verb: str) -> str:
    """Return the state that a verb leads to: "check_in" to "checked_in"."""
    head, mark, rest = verb.partition("_")
    if head in _IRREGULAR:
        return f"{_IRREGULAR[head]}{mark}{rest}"
    if head.endswith("e"):
        return f"{head}d{mark}{rest}"
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ied{mark}{rest}"
    double = head[-1] if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", head) else ""
    return f"{head}{double}ed{mark}{rest}"


def goal(verb: str, entity: str, world: World) -> tuple[str, str]:
    """Return the column and the value that a verb sets, both empty where rows have no such state."""
    state = reached(verb, entity, world)
    if state and state.value:
        return state.field, state.value.text
    for column in world.entities[entity].fields:
        value = next((one for one in (participle(verb), *_GOALS.get(verb, ())) if one in column.choices), "")
        if value:
            return column.name, value
    return "", ""
