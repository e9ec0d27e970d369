"""What we decided, what was seen and what came back."""
