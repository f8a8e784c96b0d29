"""What texts break into: a file for each class, `catalogue.py` the ordered list."""
