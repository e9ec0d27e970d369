"""People who use the pages: their names, passwords and sessions, and a log of what they changed."""
