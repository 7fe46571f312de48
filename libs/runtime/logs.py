"""Structured logs: one line an action, as JSON for machines or in colours for people."""

from __future__ import annotations

import logging
import sys

import structlog

from libs.runtime.settings import RuntimeSettings


def configure(settings: RuntimeSettings) -> None:
    """Send every log line, ours and the libraries', to standard error in one form."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries speak through the standard logging; only what is wrong with them is worth a line.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.getLogger("stevedore").setLevel(logging.CRITICAL)  # bandit's optional report formats are not wanted
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
