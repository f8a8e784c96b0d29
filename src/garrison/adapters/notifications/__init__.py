"""Ways to tell somebody of incidents, and who sees to it that they are told."""
