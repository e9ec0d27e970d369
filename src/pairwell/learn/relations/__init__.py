"""What an item is to another: instead of it, a variant of it, a step up, the next step."""
