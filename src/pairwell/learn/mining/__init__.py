"""Which items are bought together more often than chance."""
