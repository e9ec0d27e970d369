"""Pages beside the reports: each is a view of a record, which is also told as JSON."""
