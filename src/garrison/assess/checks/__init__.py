"""Checks: one file each, by family; `catalogue.py` lists them."""
