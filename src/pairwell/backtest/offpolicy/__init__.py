"""What another policy would have earned, told from what this one drew and with which chance."""
