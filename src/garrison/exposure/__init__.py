"""Data subjects: who is asked for, and whose data an answer discloses."""
