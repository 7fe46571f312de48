"""One member of a list of what a thing has: its name, and what is said of type, bounds, values and default."""

from __future__ import annotations

import re
from dataclasses import replace

from libs.offline.items import Item
from libs.offline.lexicon import attributes, grammar, nouns, verbs
from libs.offline.phrases import Phrase
from libs.offline.prose.lists import members, values
from libs.offline.prose.member_words import SAID
from libs.offline.words import is_plural, singular

_N = r"-?\d[\d.,]*"
_CUT = re.compile(
    r"\s*(?:\(|:|=|>|<|->|\s(?:which|that|who|if|when|where|like|such as|unless|because|but|as|never|not|since)\b"
    r"|\s(?:from|between)\s+-?\d|\s-?\d|\s(?:in|with)\s+[a-z]+|\s(?:at least|at most|up to|max\b"
    r"|min\b|no more|optional|unique"
    r"|required|mandatory|by default|default|starting|yes/no|is\b|are\b|must|may|can\b|should|belongs?\b"
    r"|cannot|to \d))"
)
_LEADING = re.compile(
    r"^(?:(?:and|also|plus|then|later|possibly|perhaps|maybe|optionally|sometimes|an?|the|its|their|his|her"
    r"|each|every|some|several"
    r"|many|multiple|one|own|current|whole|simple|exact|full(?= (?:text|address)))\b\s*,?\s*)+",
    re.I,
)
_COUNTS = re.compile(r"^(?:total )?(?:number|no\.?|nr\.?|count|amount|quantity) of (?:the )?", re.I)
_WORDS = {word: str(value) for word, value in grammar.NUMBER_WORDS.items() if word != "half"}
_UNIT = re.compile(
    rf"\bin (?:whole )?({'|'.join(sorted(attributes.UNITS, key=len, reverse=True))}|hrs|mins|euros?"
    r"|eur|usd|dollars)\b",
    re.I,
)
_ORDINAL = frozenset({"floor", "round", "seat", "lap", "page", "week", "line", "jersey", "shirt", "position", "rank"})
_SPANS = frozenset({"days", "weeks", "hours", "minutes", "months", "years"})
_BAD = re.compile(
    r"^(?:they|it|we|you|he|she|i|can|is|are|belongs?|comes?|goes|there|so|for|no|not|nobody|everybody"
    r"|from|to|of|at|by|if|when)\b"
    r"|^(?!.*\b(?:price|rate|fee|cost|amount|salary|hours|limit|charge)\b).*\bper\b|\b(?:isn't"
    r"|aren't|not needed|don't|doesn't|no longer|cannot|can't|we|they're|it's)\b",
    re.I,
)


_LIMITING = re.compile(
    r"[a-z]+ \d+$|.*\btimestamps$|let'?s say\b|"
    r"(?:max(?:imum)?|at most|up to|no more than)\.? \d+ \w+ (?:per|for each)\b",
    re.I,
)


def item_of(text: str) -> Item | None:
    """Return the item that a member of a list describes; nothing when it names nothing."""
    raw = _plain(text)
    raw = re.sub(r"^([a-z]+) ([\w' -]+(?:/[\w' -]+)+)$", r"\1 (\2)", raw)
    cut = _CUT.search(f"{raw} ")
    name = (raw[: cut.start()] if cut else raw).strip(" ,.-'\"*`")
    tail = (raw[cut.start() :] if cut else "").strip()
    if not raw or _BAD.search(name) or _LIMITING.match(raw):
        return None
    optional = bool(re.match(r"(?:optionally|possibly|maybe|perhaps|later,?)\b", text.strip(), re.I))
    return _named(name, f"{tail} optional" if optional else tail, text)


def _plain(text: str) -> str:
    raw = " ".join(text.replace("**", "").replace("`", "").split()).strip(" .")
    raw = _LEADING.sub("", raw)
    for shape, plain in SAID:
        raw = shape.sub(plain, raw)
    return raw.strip()


def _named(name: str, tail: str, text: str) -> Item | None:
    flags: set[str] = set()
    words = re.findall(r"[^\W_][\w'/+-]*", name.lower().replace("'s", ""))
    while words and (words[0] in attributes.FLAGS or words[0] in {"not", "non"}):
        flags.add(attributes.FLAGS.get(words.pop(0), "optional"))
    counted = bool(_COUNTS.match(f"{' '.join(words)} "))
    words = _COUNTS.sub("", " ".join(words)).split() if counted and "amount" not in words else words
    if not words or len(words) > 5 or (len(words) == 1 and words[0] in grammar.PERSONAL):
        return None
    counted = counted or (words[0] in {"max", "maximum", "min", "minimum", "total"} and is_plural(words[-1]))
    before = tuple(
        word for word in re.findall(r"[a-z]+", text.lower())[:2] if word in grammar.DETERMINERS | grammar.QUANTIFIERS
    )
    clean = tuple(word.replace("-", "_").replace("/", "_") for word in words)
    phrase = Phrase(clean, clean, before, frozenset(flags), counted, raw=name)
    item = noted(Item(phrase, frozenset(flags)), tail)
    floor = words[-1] == "number" and len(words) > 1 and words[-2] in _ORDINAL
    floor = floor or (len(words) > 2 and words[0] in _SPANS and words[1] in {"to", "until", "of", "before", "after"})
    return replace(item, type="integer") if floor and not item.type else item


def noted(item: Item, tail: str) -> Item:
    """Return the item with what stands behind its name: brackets first, then words."""
    for inside in re.findall(r"\(([^()]*)\)", tail):
        own = re.match(r"self[- ]?(?:fk|reference|referencing)\b,?\s*", inside, re.I)
        item = _inside(replace(item, rest="self") if own else item, inside[own.end() :] if own else inside)
    if tail.startswith(":"):
        item = _inside(item, tail[1:])
    return _worded(item, re.sub(r"\([^()]*\)", " ", tail))


def _inside(item: Item, inside: str) -> Item:
    if told := re.search(
        r",? ?([\w -]+?) (?:by default|is the default)|,? ?(?:by )?default(?:s to|:|=| is)? ([\w -]+)"
        r"|^(\w+) unless\b.*",
        inside,
    ):
        item = replace(item, default=(told[1] or told[2] or told[3]).strip().replace(" ", "_"))
        inside = inside[: told.start()] + inside[told.end() :]
    if listed := re.match(r"\s*enum(?:eration)?(?: of|:|,)?\s+(.+)$", inside):
        return replace(item, choices=tuple(one for one in values(listed[1]) if one not in attributes.FLAGS))
    parts = members(inside)
    if re.fullmatch(r"\s*(?:yes/no|yes or no|true/false|y/n|boolean|yes|flag)[^,]*", inside, re.I):
        return _worded(replace(item, type="boolean"), inside)
    lone = parts[0].lower() if len(parts) == 1 else ""
    if (
        re.fullmatch(r"[a-z]{3,}", lone)
        and lone not in attributes.FLAGS
        and lone not in attributes.TYPES
        and lone not in attributes.CURRENCIES
    ):
        return replace(item, rest=lone)
    plural = is_plural(item.phrase.head) and not item.phrase.counted
    chosen = values(inside)
    either = (
        bool(re.search(r"/| or |\|", inside))
        and len(chosen) > 1
        and not re.search(r"\b(?:at least|more|less|unique)\b", inside)
    )
    if either and all(len(value.split()) <= 3 for value in chosen):
        return replace(item, choices=tuple(value.replace("+", " plus") for value in chosen))
    if len(parts) > 1 and (plural or _columns(item, parts)) and not _said(parts):
        return replace(item, inner=tuple(one for part in parts if (one := item_of(part))))
    plain = len(chosen) > 1 and not _said(parts) and all(len(value.split()) <= 3 for value in chosen)
    if plain:
        return replace(item, choices=tuple(value.replace("+", " plus") for value in chosen))
    return _worded(item, inside)


def _columns(item: Item, parts: list[str]) -> bool:
    head = singular(item.phrase.head)
    known = sum(part.lower().split()[-1] in attributes.ATTRIBUTES for part in parts if part.split())
    return head not in attributes.ATTRIBUTES and known * 2 > len(parts)


def _said(parts: list[str]) -> bool:
    """Say whether a bracket speaks of the item itself: "(unique, at least 3)"."""
    told = (
        *attributes.FLAGS,
        "default",
        "least",
        "most",
        "max",
        "min",
        "between",
        "integer",
        "string",
        "decimal",
        "boolean",
        "empty",
    )
    return any(word in told for part in parts for word in part.lower().split()) or bool(
        parts
        and re.fullmatch(rf"(?:[<>]=?\s*)?{_N}\s*(?:to|-|\.\.)?\s*(?:{_N})?(?: \w+)?", parts[0])
        and len(parts) < 3
    )


_BOUNDS: tuple[tuple[re.Pattern[str], bool, bool], ...] = (
    (re.compile(rf"(?:from|between)?\s*({_N})\s*(?:to|and|until|through|\.\.\.?|-)\s*({_N})"), True, True),
    (
        re.compile(rf"(?:>=|at least|min(?:imum)?(?: of)?|no less than|not less than|starting (?:at|from))\s*({_N})"),
        True,
        False,
    ),
    (
        re.compile(
            rf"(?:<=|at most|up to|max(?:imum)?(?: of)?|(?:no|not|never) (?:more|greater|higher) than)\s*({_N})"
        ),
        False,
        True,
    ),
)


def _worded(item: Item, text: str) -> Item:
    low = f" {text.lower()} "
    for word, value in _WORDS.items():
        low = re.sub(rf"\b{word}\b", value, low)
    item = replace(item, flags=item.flags | _flags(low), type=item.type or _type(low))
    item = _defaulted(item, low)
    if places := re.search(r"(\d) (?:decimals?|decimal places|digits after)", low):
        return replace(item, type="decimal", scale=int(places[1]))
    return _bounded(item, low)


def _flags(low: str) -> set[str]:
    said = {flag for word, flag in attributes.FLAGS.items() if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", low)}
    if re.search(r"\bif (?:any|known|dead|given|there|applicable|it|they|we)\b|\b(?:may|can) be (?:empty|blank"
r"|missing|left|null)|"
                 r"not (?:required|mandatory|always)|only (?:if|when|once)|\bonce\b", low):  # fmt: skip
        said.add("optional")
    if re.search(r"no two|no other|(?:two|twice|never|not) the same|only once|must differ", low):
        said.add("unique")
    if re.search(r"not negative|never negative|not (?:be )?below 0|can't be negative", low):
        said.add("nonnegative")
    return said - ({"required"} if "not required" in low else set())


def _type(low: str) -> str:
    if unit := _UNIT.search(low):
        word = unit[1].lower()
        return "integer" if word in attributes.WHOLE_UNITS else "money" if word in attributes.CURRENCIES else "decimal"
    if re.search(r"\byes ?(?:/|or) ?no\b|\btrue ?(?:/|or) ?false\b", low):
        return "boolean"
    found = [kind for word, kind in attributes.TYPES.items() if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", low)]
    return found[0] if found else ""


def _defaulted(item: Item, low: str) -> Item:
    found = re.search(r"default(?:s to|ing to| is| value| of|:|=)?\s+(?:is )?([\w-]+)", low) or re.search(
        r"([\w-]+) (?:by default|as (?:the )?default)", low
    )
    if (
        not found
        and (found := re.search(r"(?:starts? (?:as|at|with)|initially|starting (?:as|with)) ([\w-]+)", low)) is None
    ):
        return item
    default = {"yes": "true", "no": "false"}.get(found[1], found[1]).replace("-", "_")
    return replace(item, default=default)


def _bounded(item: Item, low: str) -> Item:
    for shape, lower, upper in _BOUNDS:
        if not (found := shape.search(low)):
            continue
        numbers = [number.strip(".,").replace(",", "") for number in found.groups()]
        bounds = (numbers[0] if lower else item.bounds[0], numbers[-1] if upper else item.bounds[1])
        if re.search(r"\b(?:characters?|chars|letters?|digits?|signs?|symbols?)\b", low):
            return _long(item, bounds, low)
        return replace(item, bounds=bounds)
    if exact := re.search(r"\b(\d+)[ -](?:characters?|letters?|digits?|letter|signs)\b", low):
        return _long(item, (exact[1], exact[1]), low)
    return item


def _long(item: Item, bounds: tuple[str, str], low: str) -> Item:
    least, most = (int(bound) if bound.isdigit() else 0 for bound in bounds)
    kind = "[A-Z]" if re.search(r"(?:capital|upper ?case) letters?", low) else "[0-9]" if "digit" in low else ""
    pattern = f"^{kind}{{{least},{most}}}$" if kind and most else ""
    return replace(item, type="string", shortest=least, length=most, pattern=pattern)


def thing(name: str) -> Phrase | None:
    """Return the phrase of a thing's name as a wish gives it: "Bonus payments", "each parking session"."""
    words = re.findall(r"[^\W_][\w'-]*", _LEADING.sub("", name.lower()))
    if (
        not words
        or len(words) > 4
        or any(word in grammar.PREPOSITIONS | grammar.PERSONAL | grammar.MODALS for word in words)
    ):
        return None
    if words[-1] in nouns.SYSTEMS - nouns.DEFINABLE or (verbs.lemma(words[0]) and verbs.is_past(words[0])):
        return None
    return Phrase(tuple(words), tuple(words), raw=name)
