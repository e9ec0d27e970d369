"""Whether one arm of an experiment did better than another, and how sure that is."""
