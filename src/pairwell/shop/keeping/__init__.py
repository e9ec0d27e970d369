"""How a workspace is kept safe, kept small, and made to forget."""
