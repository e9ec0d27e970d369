"""What should a person say to which customer."""
