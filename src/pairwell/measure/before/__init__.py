"""Whether something changed at a date when nobody drew lots."""
