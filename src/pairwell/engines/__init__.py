"""How tables are computed: by DuckDB, through Ibis."""
