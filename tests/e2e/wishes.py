"""The wishes that the house must be able to read, as people write them."""

from __future__ import annotations

LIBRARY = (
    "A library API with members, books and loans. A book has a title, author, ISBN and number of copies. A member can "
    "borrow at most 5 books and a book cannot be lent when no copy is left. Only librarians add books."
)
TODO = (
    "I want a todo app for several users; each sees only their own lists. Tasks have a due date, a priority and tags."
)
SHOP = (
    "Inventory for a small shop: products with SKU and price, suppliers, stock movements; stock never goes below zero; "
    "report products below their reorder level."
)
THREE_WORDS = "bookstore inventory api"
NONSENSE = "asdf qwer zxcv, blorp!"


def rambling(words: int = 4000) -> str:
    """A specification as somebody dictates it on a walk."""
    start = (
        "So we run a bicycle workshop and what we need is basically a system for it. There are customers, each "
        "customer has a name, a phone number and an email, and they bring bicycles. A bicycle has a brand, a model, a "
        "frame number and a colour, and it belongs to a customer. Then there are repairs. A repair has a description, "
        "a price, a due date and a status, which can be open, in progress or done. Every repair belongs to a bicycle. "
    )
    filler = (
        "My brother in law says that we should have done this years ago, and honestly he may be right, although he "
        "said the same of the coffee machine. In winter it is quiet, in spring everybody comes at once. "
    )
    text = start
    while len(text.split()) < words:
        text += filler
    return text + "Oh, and a repair cannot be closed before it is paid. Mechanics have a name and do repairs."
