"""A linear model over the structure of texts: what it learned from labelled requests, and how it scores."""
