"""The shop of the demo: a small site as a shop would write it, which shows offers and tells what became of them."""
