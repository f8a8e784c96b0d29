"""One file per control; `catalogue.py` is the ordered list."""
