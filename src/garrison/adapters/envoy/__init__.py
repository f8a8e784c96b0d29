"""The gateway: Envoy with the engine inside its worker threads."""
