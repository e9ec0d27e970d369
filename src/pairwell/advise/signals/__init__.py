"""What an account does or says that bears on what it needs."""
