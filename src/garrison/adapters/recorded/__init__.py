"""Recorded traffic: read from files in several forms, kept encrypted by the gateway, played through a policy."""
