"""How machines, shoppers and people reach the engine over HTTP."""
