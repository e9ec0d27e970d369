"""What may be offered, before any rule has looked at it."""
