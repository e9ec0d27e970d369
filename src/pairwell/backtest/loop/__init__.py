"""What each way of offering truly earns in a simulated shop, and what of it could be known from outside."""
