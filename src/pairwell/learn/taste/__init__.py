"""What each customer is likely to buy next, and when."""
