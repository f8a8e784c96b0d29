"""Garrison: an API security gateway that counts people, not requests."""
