"""What a shop should change, by family of finding."""
