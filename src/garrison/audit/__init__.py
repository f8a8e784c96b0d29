"""Audit: what a description itself gets wrong, found by reading it. No I/O, and nothing is sent."""
