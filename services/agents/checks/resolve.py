"""What a name of one file is in another: module, function or class, followed through imports and re-exports."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from services.agents.checks.facts import Class, Definition, Function, Imported, Signature, Target
from services.agents.checks.project import Project

MAX_HOPS = 12  # re-exports followed before giving up; a cycle of them ends here


class Module(Struct, frozen=True):
    """A module or package of the project."""

    name: str


class Found(Struct, frozen=True):
    """A function or class, and the file that defines it."""

    path: str
    name: str
    definition: Function | Class


class Missing(Struct, frozen=True):
    """Certainly not there; ``names`` hold what is there instead."""

    owner: str
    names: tuple[Iterable[str], ...]

    def offered(self) -> list[str]:
        """The public names that are there."""
        return sorted({name for names in self.names for name in names if not name.startswith("_")})


Entity = Module | Found | Missing | None


def member(project: Project, module: str, name: str, hops: int = 0) -> Entity:
    """``name`` of ``module``; None where the text does not decide."""
    path = project.modules.get(module)
    facts = project.facts.get(path) if path else None
    if facts and path and name in facts.names:
        return _entity(project, path, name, hops)
    if project.has(f"{module}.{name}"):
        return Module(f"{module}.{name}")
    if path and (facts is None or facts.open or name.startswith("__")):
        return None
    return _starred(project, module, name, hops) if facts and path else Missing(module, ())


def _starred(project: Project, module: str, name: str, hops: int) -> Entity:
    path = project.modules[module]
    facts = project.facts[path]
    for imported in (item for item in facts.imports if item.name == "*"):
        source = project.absolute(path, imported)
        if source is None or hops > MAX_HOPS or not project.has(source):
            return None
        found = member(project, source, name, hops + 1)
        if not isinstance(found, Missing):
            return found
    return Missing(module, (facts.names,))


def _entity(project: Project, path: str, name: str, hops: int) -> Entity:
    definition: Definition = project.facts[path].names[name]
    if isinstance(definition, Imported):
        found = imported_entity(project, path, definition, hops + 1)
        return None if isinstance(found, Missing) else found  # the import itself is blamed, where it stands
    return Found(path, name, definition) if isinstance(definition, Function | Class) else None


def imported_entity(project: Project, path: str, imported: Imported, hops: int = 0) -> Entity:
    """What an import statement of ``path`` binds."""
    module = project.absolute(path, imported)
    if module is None or hops > MAX_HOPS:
        return None
    if imported.root:
        module = module.partition(".")[0]
    if not project.has(module):
        return None
    return Module(module) if imported.name is None else member(project, module, imported.name, hops)


def target_entity(project: Project, path: str, target: Target) -> Entity:
    """What ``target`` is, as ``path`` writes it; only modules are entered."""
    if isinstance(target.base, Imported):
        entity = imported_entity(project, path, target.base)
    else:
        entity = _entity(project, path, target.base, 0)
    for attribute in target.attributes:
        entity = member(project, entity.name, attribute) if isinstance(entity, Module) else None
    return entity


def class_member(project: Project, found: Found, name: str, hops: int = 0) -> Function | Missing | None:
    """The method ``name`` of a class or its bases; None for anything that is not certainly a method or missing."""
    cls = found.definition
    if not isinstance(cls, Class) or hops > MAX_HOPS or not cls.sealed:
        return cls.methods.get(name) if isinstance(cls, Class) else None
    if name in cls.members:
        return cls.methods.get(name)
    names: list[Iterable[str]] = [cls.members]
    for base in _bases(project, found):
        inherited = class_member(project, base, name, hops + 1) if base else None
        if not isinstance(inherited, Missing):
            return inherited
        names.extend(inherited.names)
    return Missing(found.name, tuple(names))


def constructor(project: Project, found: Found, hops: int = 0) -> Signature | None:
    """The signature of a call of the class, its own or its only base's."""
    cls = found.definition
    if not isinstance(cls, Class) or cls.constructor or not cls.inherits or hops > MAX_HOPS:
        return cls.constructor if isinstance(cls, Class) else None
    base = next(iter(_bases(project, found)), None)
    return constructor(project, base, hops + 1) if base else None


def _bases(project: Project, found: Found) -> list[Found | None]:
    assert isinstance(found.definition, Class)
    entities = [target_entity(project, found.path, base) for base in found.definition.bases]
    return [entity if isinstance(entity, Found) else None for entity in entities]
