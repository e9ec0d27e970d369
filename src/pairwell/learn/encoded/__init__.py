"""What the stored files of orders say, as numbers."""
