"""How machines and shoppers ask for decisions and tell what came of them, over HTTP."""
