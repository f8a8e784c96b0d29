"""Payload inspection measured over labelled requests, this project's and others' in one run."""
