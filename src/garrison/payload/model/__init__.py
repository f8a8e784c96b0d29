"""A linear model over the structure of texts: what it learned from labelled requests, and how a text is scored by it."""
