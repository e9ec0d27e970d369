"""How the online process is doing, in numbers that Prometheus reads."""
