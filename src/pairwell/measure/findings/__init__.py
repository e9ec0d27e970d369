"""What stands out so surely that looking at many things does not explain it."""
