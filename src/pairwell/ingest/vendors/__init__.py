"""What vendors' own exports say, row by row, under the names of our fields."""
