"""Findings as records: the same record becomes a table on a terminal, JSON, CSV and a page."""
