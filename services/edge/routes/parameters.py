"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from litestar.params import HeaderParameter, QueryParameter

FARTHEST = 2**53 - 1  # the largest integer that every JSON reader keeps exactly

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="items at most")]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000, description="items to skip")]
Sequence = Annotated[int, QueryParameter(ge=0, le=FARTHEST, description="stream sequence")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", description="the same key makes the same request once", required=False),
]
