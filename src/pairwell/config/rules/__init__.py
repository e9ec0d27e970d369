"""What a rule's condition may say, and whether it can be relied on."""
