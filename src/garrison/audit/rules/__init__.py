"""The rules, one file each. `audit/catalogue.py` is the ordered list."""
