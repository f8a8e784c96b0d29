"""The breaches: one file each, in the order of `catalogue.py`."""
