"""What the catalogue's own words say of two items."""
