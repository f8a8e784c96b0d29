"""What the engine may ask of other servers: issuers' keys ahead of time, and questions that a request waits for."""
