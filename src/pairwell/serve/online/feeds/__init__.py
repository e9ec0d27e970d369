"""How what other systems send, as they send it, becomes events."""
