"""What similar accounts hold that this one does not."""
