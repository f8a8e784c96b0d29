"""Evidence: what a policy and the history of findings say about each requirement. No I/O."""
