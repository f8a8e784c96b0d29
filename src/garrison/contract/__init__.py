"""The API description (OpenAPI and Overlay) compiled into a catalogue of operations."""
