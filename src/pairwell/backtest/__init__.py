"""What would have happened: every method asked about orders it has not seen."""
