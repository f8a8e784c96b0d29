"""Enforcement points and all I/O."""
