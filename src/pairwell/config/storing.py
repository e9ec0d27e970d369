"""How files and foreign money are read, and where facts and the journal live."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Operations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where facts and the journal live."""

    url: Annotated[
        str,
        Meta(
            description="Empty: SQLite in the workspace; or postgresql://USER:${NAME}@HOST/DB, NAME of the environment."
        ),
    ] = ""
    durability: Annotated[
        Literal["process", "power"],
        Meta(
            description='"process": an answered decision survives a crash of the process; '
            '"power": also of the machine (slower).'
        ),
    ] = "process"


class Ingest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How files are read."""

    max_line_mb: Annotated[float, Meta(gt=0, le=1024, description="A longer line is refused, in megabytes.")] = 16.0
    batch_rows: Annotated[int, Meta(ge=1, le=10_000_000, description="Rows held in memory at a time.")] = 100_000
    pseudonyms: Annotated[
        bool,
        Meta(description="Whether customers are kept under names that only this workspace's secret can make."),
    ] = False


class Engine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what reports are computed; their numbers are the same."""

    name: Annotated[
        Literal["duckdb", "spark"],
        Meta(
            description='"duckdb": on this machine; "spark": by Apache Spark, with the extra `spark` and Java 17 or 21.'
        ),
    ] = "duckdb"
    spark_master: Annotated[
        str,
        Meta(
            pattern=r"^(local(\[([1-9][0-9]*|\*)\])?|spark://[^/\s]+|yarn|k8s://\S+)$",
            description='Where Spark computes: "local[2]": here, on two cores; or spark://HOST:PORT of a cluster that '
            "sees the workspace under the same path.",
        ),
    ] = "local[2]"
    spark_memory_mb: Annotated[
        int,
        Meta(ge=512, le=1_048_576, description="Memory of Spark's driver, in megabytes; of local Spark, all of it."),
    ] = 2_000


class Currency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Foreign money."""

    rates: Annotated[dict[str, float], Meta(description="Shop currency for one unit of the foreign one.")] = {}
