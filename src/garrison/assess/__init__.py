"""Assess: finds weaknesses of an API by talking to it, and proves each. No I/O of its own: a transport is given."""
