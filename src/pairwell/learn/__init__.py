"""How the orders of one snapshot become one model."""
