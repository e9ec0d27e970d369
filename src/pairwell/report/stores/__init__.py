"""What people who sell at a counter are told, as reports."""
