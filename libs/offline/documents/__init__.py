"""Wishes that are documents: OpenAPI, SQL, JSON samples and Mermaid diagrams, each read as exactly that system."""

from __future__ import annotations

from libs.offline.documents.reading import last_document, merged, read_document

__all__ = ["last_document", "merged", "read_document"]
