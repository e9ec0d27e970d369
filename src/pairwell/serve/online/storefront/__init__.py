"""What a shop's pages show of a decision: a custom element, and the same as HTML."""
