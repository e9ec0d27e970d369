"""Which sets of items are frequent, and what follows from them."""
