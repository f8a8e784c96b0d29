"""garrison.yaml becomes typed settings: every problem is reported at once, with its place. No I/O."""
