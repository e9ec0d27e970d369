"""What is true now, by item and by customer."""
