"""What goes with what, as files that shop systems import."""
