"""Whether an account can be talked to about buying, and what helps it if not."""
