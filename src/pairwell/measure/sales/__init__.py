"""What was sold, in which orders, and with what: from order history alone."""
