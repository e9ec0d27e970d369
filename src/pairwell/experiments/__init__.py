"""Who is in which arm, and who is in the holdout."""
