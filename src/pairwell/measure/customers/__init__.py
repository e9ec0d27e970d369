"""What order history tells of customers: who comes back, what they may be worth, and how they differ."""
