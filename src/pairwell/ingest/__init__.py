"""How foreign rows become checked tables and facts."""
