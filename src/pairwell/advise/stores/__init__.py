"""What a seller at the counter asks, offers and says, and who sells more than the goods explain."""
