"""What learning publishes and deciding loads: versioned, checksummed, memory-mapped, pure to ask; no customer in it."""
