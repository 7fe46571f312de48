"""Roles and who may do what, from the deeds that sentences allow."""

from __future__ import annotations

from libs.contracts.charter import Crud
from libs.offline.draft import Draft
from libs.offline.facts import Act, Facts
from libs.offline.lexicon import verbs
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.words import MAX_COLUMN, article, human, plural_key, singular, snake

_ORDER: tuple[Crud, ...] = ("create", "read", "update", "delete")
_BY_VERB: tuple[tuple[Crud, frozenset[str]], ...] = (
    ("create", verbs.CREATE), ("read", verbs.READ), ("update", verbs.UPDATE), ("delete", verbs.DELETE),
)  # fmt: skip
# The contract holds no more than these.
_MAX_ROLES, _MAX_GRANTS = 20, 400


def grant_all(draft: Draft, facts: Facts) -> None:
    """Add the roles named and the permissions that deeds give."""
    for phrase in facts.roles:
        _role(draft, "_".join((*phrase.words[:-1], singular(phrase.words[-1]))))
    for act in facts.acts:
        if act.binding and act.object is not None and _grants(act):
            _grant(draft, act)


def _grants(act: Act) -> bool:
    """Say whether a deed is a right: only some may, one may, or staff does."""
    head = singular(act.actor.head)
    person = head in PEOPLE or head in STAFF
    return person and (act.only or act.modal or head in STAFF or act.own)


def actions_of(lemmas: tuple[str, ...]) -> list[Crud]:
    """Return the actions that verbs stand for, in the usual order."""
    if verbs.ALL.intersection(lemmas):
        return list(_ORDER)
    found = {action for lemma in lemmas for action, words in _BY_VERB if lemma in words}
    return [action for action in _ORDER if action in found]


def _grant(draft: Draft, act: Act) -> None:
    actions = actions_of(act.verbs)
    everything = act.object is not None and act.object.head == "all"
    keys = list(draft.entities) if everything else [draft.find(act.object)] if act.object is not None else []
    keys = [key for key in keys if key]
    if not actions or not keys:
        return
    if "create" in actions and not act.only and not _plainly_crud(act):
        return
    if act.own and actions == ["read"]:
        actions = list(_ORDER)
        things = human(plural_key(keys[0]))
        draft.assume(f"Whoever sees only their own {things} may also create, change and delete them.")
    role = _role(draft, "user" if act.actor.head in {"everyone", "anyone"} else act.actor.key)
    for key in keys if role else []:
        _add(draft, (role, key, act.own), actions)


def _plainly_crud(act: Act) -> bool:
    """Borrowing and booking make records of their own; they are no right to create the thing itself."""
    return not (set(act.verbs) & set(verbs.RECORD) - {"comment", "review"})


def _add(draft: Draft, grant: tuple[str, str, bool], actions: list[Crud]) -> None:
    if grant not in draft.permissions and len(draft.permissions) >= _MAX_GRANTS:
        return
    kept = draft.permissions.get(grant, [])
    draft.permissions[grant] = [action for action in _ORDER if action in {*kept, *actions}]


def _role(draft: Draft, name: str) -> str:
    role = snake(name, MAX_COLUMN)
    if not role or (role not in draft.roles and len(draft.roles) >= _MAX_ROLES):
        return ""
    role = "admin" if role == "administrator" and "admin" in draft.roles else role
    draft.roles.setdefault(role, f"{article(human(role)).capitalize()} of the system.")
    return role
