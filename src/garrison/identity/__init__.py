"""Who asks: credentials read from a request and verified against what is known; no I/O, no clock."""
