"""What follows in a visit on what was just looked at."""
