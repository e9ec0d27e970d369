"""What offers earned, and where they are lost on the way."""
