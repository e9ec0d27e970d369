"""What somebody should know on one page before a quarterly review with an account."""
