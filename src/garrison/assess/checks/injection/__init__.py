"""Injection: values that the target takes for code, for a query, for a path or for a part of a message."""
