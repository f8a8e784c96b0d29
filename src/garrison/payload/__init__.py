"""Payload inspection: whether a text, read as the language it would break into, closes one context and opens another."""
