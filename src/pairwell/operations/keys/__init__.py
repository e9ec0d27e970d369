"""Who may use the online API, and how they prove it."""
