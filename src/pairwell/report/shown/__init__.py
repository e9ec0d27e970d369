"""What a report looks like: as text, as JSON, as CSV and as a page. Every way reads the record alone."""
