"""Vet: an API of somebody else, as whoever uses it sees it. No I/O; what was seen of it is handed in."""
