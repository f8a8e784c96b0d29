"""Rendering: what was recorded, in the forms that other programs read. Pure: values in, plain data out."""
