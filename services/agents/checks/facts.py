"""What a Python file says that other files depend on: its imports, what it defines, and what it uses of others.

Small and free of syntax trees, so that facts of many files can be kept.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ParameterKind = Literal["positional_only", "positional", "keyword_only"]


class Parameter(Struct, frozen=True):
    """One parameter that is neither ``*args`` nor ``**kwargs``."""

    name: str
    kind: ParameterKind
    required: bool


class Signature(Struct, frozen=True):
    """Parameters in order; ``args`` and ``kwargs`` say whether there is a ``*`` or ``**`` that takes the rest."""

    parameters: tuple[Parameter, ...]
    args: bool = False
    kwargs: bool = False


class Function(Struct, frozen=True):
    """A function; ``signature`` is None where a decorator may have changed it. ``binds`` counts ``self`` or ``cls``."""

    line: int
    signature: Signature | None
    is_async: bool = False
    returns: str = ""
    binds: Literal["nothing", "self", "cls"] = "nothing"


class Value(Struct, frozen=True):
    """A name whose value is not known from the text."""

    line: int


class Imported(Struct, frozen=True):
    """An import of ``module`` (``level`` dots before it), or of ``name`` from it; ``*`` is a name too.

    ``root`` says that the statement binds only the first part of ``module``. ``runtime`` imports happen when the file
    is loaded; ``optional`` ones may fail.
    """

    module: str
    line: int
    level: int = 0
    name: str | None = None
    root: bool = False
    runtime: bool = True
    optional: bool = False


class Target(Struct, frozen=True):
    """What an expression like ``crud.Order`` points at: an import or a top-level name, then attributes."""

    base: Imported | str
    attributes: tuple[str, ...] = ()


class Class(Struct, frozen=True):
    """A class. ``sealed`` means that, but for its bases, its members are all in ``members``.

    ``constructor`` is the signature of a call where the class's own text decides it, ``inherits`` where bases do.
    """

    line: int
    bases: tuple[Target, ...]
    members: frozenset[str]
    methods: dict[str, Function]
    sealed: bool
    inherits: bool
    constructor: Signature | None


Definition = Function | Class | Value | Imported


class Call(Struct, frozen=True):
    """The arguments of a call; ``open`` when ``*`` or ``**`` hides some. ``bare`` calls drop what they return."""

    positional: int
    keywords: tuple[str, ...]
    open: bool
    awaited: bool
    bare: bool


class Use(Struct, frozen=True):
    """Attributes read from a target, then maybe called. With ``instance`` they are read from an object of that class.

    ``own`` marks reads through ``self``: a subclass may offer more.
    """

    target: Target
    attributes: tuple[str, ...]
    line: int
    call: Call | None = None
    instance: bool = False
    own: bool = False


class Facts(Struct, frozen=True):
    """Everything above for one file. ``open`` means that the file may define names that its text does not show.

    ``stored`` are the attribute names that the file writes on any object.
    """

    imports: tuple[Imported, ...]
    names: dict[str, Definition]
    open: bool
    uses: tuple[Use, ...]
    stored: frozenset[str]
