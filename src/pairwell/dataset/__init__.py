"""What happened: catalogue, customers, orders and returns, readable as of a moment."""
