"""What other settings would have decided and earned on requests that were logged."""
