"""Where the one database is that facts and the journal share."""
