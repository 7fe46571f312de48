"""Jails as Docker containers."""
