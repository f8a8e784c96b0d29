"""Semantic types: how a field's name, its declared format and its values tell what it says about a person."""
