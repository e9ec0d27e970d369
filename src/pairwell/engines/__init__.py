"""How tables are computed: by DuckDB, or by Spark where a shop chooses it, through Ibis."""
