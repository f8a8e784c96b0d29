"""Values and words. No I/O, no clock; the only third party is msgspec."""
