"""Checks of the family *communication*: whether what is sent can be read or changed on the way."""
