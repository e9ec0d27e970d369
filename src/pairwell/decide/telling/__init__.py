"""How a decision is told to whoever runs the shop."""
