"""Prose read as written: lists of what a thing has, then what sentences say of the things found."""

from __future__ import annotations
