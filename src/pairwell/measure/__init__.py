"""Whether it worked, and how sure we are."""
