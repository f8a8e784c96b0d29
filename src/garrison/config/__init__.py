"""garrison.yaml decoded into typed settings, every error reported at once."""
