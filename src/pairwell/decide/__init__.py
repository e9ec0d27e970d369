"""Which offers win, or none."""
