"""Reports by their grammar: what is asked for, how it is measured, per what, of which rows, and in which order."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Report
from libs.offline.prose.asked_lists import below, soon
from libs.offline.prose.marks import Told
from libs.offline.prose.report_base import Ask
from libs.offline.prose.report_measures import grouped
from libs.offline.prose.report_rows import rows_in, superlative
from libs.offline.prose.world import World

_ASKING = re.compile(
    r"^(?:and |also |please |finally,? |so |then )*(?:(?:please )?(?:show|list|give|tell|sum up|report"
    r"|display)\b|reports?\b"
    r"|statistics\b|how (?:many|much|often)\b|which \d* ?@\w+ (?:is|are|has|have|had|gets?|got|was|were|get)\b"
    r"|what does (?:each|every)\b"
    r"|top \d|the (?:top )?\d+ (?:most|best|@)|(?:the )?(?:average|total|number|sum|revenue"
    r"|turnover)\b[^,]* (?:per|by|for each)\b"
    r"|most \w+|monthly \w+|overview\b)"
    r"|(?<![%$@&-])\b(?:want|need|needs|wants|would like|like|love|'d like|'d love|wish|must(?= see| know|"
    r" get))(?: to)? (?:see|know|have|get|"
    r"an? (?:report|list|overview)|the \$?(?:total|number|average|sum|revenue)|reports?|statistics|monthly)\b"
    r"|\b(?:show|give|tell|list)(?:s)? (?:me|us)\b|\b(?:reports?|overview|statistics) (?:of|on|with|about"
    r"|for|showing)\b"
    r"|\b(?:can|may|should) (?:see|get|show) (?:how many|the (?:total|number|average|sum))\b"
)
_NOT_ASKING = re.compile(
    r"(?<![%$@&-])\b(?:cannot|never|nobody|at most|only one|not allowed|can only|may only|more than \d)\b"
)
_OPENER = re.compile(
    r"^.*?\b(?:show|shows|showing|list|lists|give|gives|see|know|tell|reports?|need|needs|want|wants|like"
    r"|love|get|display"
    r"|overview|statistics|shown)\b(?: (?:me|us))?:? ?"
)
_FILLER = re.compile(
    r"^(?:(?:to|see|know|have|get|a|an|the|reports?|lists?|overview|of|on|with|about|showing|statistics|and"
    r"|also|me|us|please|that"
    r"|be|shown|for|one|whole|monthly report of)\b:?,? ?|: ?)+(?!most)"
)
_STARTS = (
    r"(?:the |an? |all |one of the |both )*(?:number|count|totals?|\$total|sum|average|mean|highest|lowest"
    r"|maximum|minimum|how many"
    r"|how much|which|top \d|\d+ (?:most|best|@)|most|list|overdue|revenue|turnover|sum up|monthly|open|unpaid"
    r"|%\w+ @|\$\w+ that|@\w+ (?:that|which|who|whose|waiting|per|with)|\$\w+ (?:per|by|of))\b"
)
_CUT = re.compile(rf";\s*|[,.]?\s+and (?:also )?(?={_STARTS})|,\s*(?={_STARTS})")
_COMPLETE = re.compile(r"[@$]\w|\b(?:revenue|turnover|[a-z]+ions) ")
_NAME = r"(?:(?:the |each |every |our )?(?:[@$]\w+(?: \$\w+)?|year|month|week|day))"
_GROUP = re.compile(
    rf",? ?\b(?:per|by|for each|for every|of each|of every|in each|on each|at each|grouped by|broken down"
    rf" by|split by)"
    rf" ({_NAME}(?:(?:,| and| per| by|, and)(?: per| by)? {_NAME})*)"
)
_EACH = re.compile(
    r"\b(?:does |do |has |have |did )?(?:each|every) (@\w+)(?: (?:has|have|earns?|makes?|gets?|got|had"
    r"|spends?|brings? in))?"
)


def read_reports(told: Told, world: World) -> bool:
    """Add the reports that a sentence asks for; say whether it asks for any that can be told."""
    text = told.marked.strip(" .!?")
    headed = re.search(r"\b(?:report|statistic|overview|dashboard|evaluation|analy)", told.under.lower())
    if not (headed or _ASKING.search(text)) or _NOT_ASKING.search(text):
        return False
    found = [report for item in _items(text) if (report := _report(_ask(item, told, world)))]
    for one in found:
        world.report(replace(one, summary=told.text.strip()[:400]))
    return bool(found)


def _items(text: str) -> list[str]:
    told = re.match(r"how|which|what|top|the|number|average|total|most|monthly", text)
    opened = text if told or not _OPENER.match(text) else _OPENER.sub("", text, count=1)
    out: list[str] = []
    begun = ""
    for piece in _CUT.split(opened):
        plain = (
            re.sub(r"^(?:one of|a list of|also|please) ", "", piece.strip(" ,.;:"))
            if out
            else _FILLER.sub("", piece.strip(" ,.;:"))
        )
        plain = f"{begun} and {plain}" if begun else plain
        begun = "" if _COMPLETE.search(plain) else plain
        out += [plain] if plain and not begun else []
    return out


def _ask(item: str, told: Told, world: World) -> Ask:
    found, each = _GROUP.search(item), _EACH.search(item)
    groups: list[str] = []
    for piece in re.findall(r"@\w+ \$\w+|[@$]\w+|\b(?:year|month|week|day)\b", found[1] if found else ""):
        groups.append(piece.rpartition(" ")[2].lstrip("@$"))
    text = _GROUP.sub(" ", item) if found else item
    if each:
        groups, text = [each[1][1:], *groups], _EACH.sub(" ", text)
    groups += ["month"] if re.match(r"monthly\b", item) and not groups else []
    return Ask(text, tuple(dict.fromkeys(groups)), told, world)


def _report(ask: Ask) -> Report | None:
    if ask.groups:
        return grouped(ask)
    return (
        superlative(ask)
        or below(f"report {ask.text}", ask.told, ask.world)
        or soon(ask.text, ask.told, ask.world)
        or rows_in(ask)
    )
