"""Which moves are worth a talk with an account."""
