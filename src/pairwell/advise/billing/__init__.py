"""What does an account's use cost, on its own plan and on every other."""
