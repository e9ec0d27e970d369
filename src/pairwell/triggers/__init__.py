"""What follows an event unasked: an offer that is decided right after it, and told to whoever passes it on."""
