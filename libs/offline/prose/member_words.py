"""What members of lists are called in so many words, and the plain name of each."""

from __future__ import annotations

import re

# Tried in order on a member; the replacement is a name with what is said of it in brackets.
SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape, re.I), plain)
    for shape, plain in (
        (r"^whether there(?:'s| is| are) (?:an? )?([\w -]+)$", r"has \1 (boolean)"),
        (
            r"^whether (?:or not )?(?:it|they|he|she|the \w+)(?:'s|'re| is| are| was| has been| can be) ([\w-]+).*$",
            r"\1 (boolean)",
        ),
        (r"^who (?:wrote|made|created|authored|took|drew|painted) .*$", r"author"),
        (r"^(?:on |in |at )?(?:which|what) (\w+)(?: (?:it|they|he|she)\b.*)?$", r"\1"),
        (r"^(?:the )?(year) (?:when |that |in which )?(?:it|they|he|she|the \w+) (?:was|were|is) \w+$", r"\1"),
        (r"^(\w+ (?:at|on)) (?:timestamp|datetime|date|time)$", r"\1"),
        (r"\b(price|rate|fee|cost|charge) per (?:night|hour|day|week|month|unit|piece|person|item)\b", r"\1"),
        (r"^(?:may|can) be marked (?:as )?(\w+)$", r"\1 (boolean)"),
        (r"^([\w-]+) or not$", r"\1 (boolean)"),
        (r"^([\w -]+?),? (?:yes or no|yes/no|y/n)$", r"\1 (boolean)"),
        (r"^([\w -]+?),? (?:which|who|that) (?:is|are) also an? (\w+)$", r"\1 (\2)"),
        (r" (?:like|such as) \S*\d\S*$", r""),
        (r"^(?:is|are) (?:it|they) ([\w-]+)\??$", r"\1 (boolean)"),
        (r"^how many people (?:can )?fit.*?(\(.*\))?$", r"capacity (integer) \1"),
        (r"^how (?:many|much) ([\w ]+?)(?: (?:it|they|he|she|fit|are|is|can)\b.*)?$", r"number of \1"),
        (r"^who (\w+) it.*$", r"\1 by"),
        (r"^when (?:it|they|he|she) (?:was|were|is|are|has been) (\w+)$", r"\1 at"),
        (
            r"^(?:the )?(?:date|day) (?:when |that |on which )?(?:it|they|he|she|the \w+) (?:(?:was|were"
            r"|is|are|has been|had) )?"
            r"(\w+?)(?: (?:at|on))?( \(.*\))?$",
            r"\1 on\2",
        ),
        (
            r"^(?:the )?(?:time|moment) (?:when |that |at which )?(?:it|they|he|she|the \w+) (?:(?:was"
            r"|were|is|are) )?"
            r"(\w+?)(?: (?:at|on))?( \(.*\))?$",
            r"\1 at\2",
        ),
        (r"^(?:the )?(max|min|maximum|minimum|total) (?:number|amount|count) of ", r"\1 "),
        (r"^(\w+)-(at|on|by)\b(?: (?:time|date|timestamp))?", r"\1 \2"),
        (r"\be-?mail address(es)?\b", r"email"),
        (r"\be-mail", r"email"),
        (r"\b(?:phone|telephone) number\b", r"phone"),
    )
)
