"""What people who look after accounts are told, as sheets to read, print or paste."""
