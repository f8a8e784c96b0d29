"""The decision point, sans-I/O: exchange, plan, combine, limits."""
