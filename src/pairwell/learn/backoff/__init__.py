"""What can be said of an item that has too few orders of its own: what its group and its likes are bought with."""
