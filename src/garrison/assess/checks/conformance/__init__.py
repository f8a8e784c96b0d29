"""Checks of the family *conformance*: whether the API does what its contract says."""
