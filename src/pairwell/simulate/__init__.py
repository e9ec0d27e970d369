"""A business whose truth is known."""
