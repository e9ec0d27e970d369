from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.unit.ingest.vendors.conftest import FILES, Importer

from pairwell.errors import MappingError
from pairwell.ingest.formats import Sample, sample_file
from pairwell.ingest.mapping import Composed, Goods, Mapping, load_mapping, parse_mapping, render_mapping
from pairwell.ingest.sources import Limits
from pairwell.ingest.vendors.choosing import mapping_of, named_by, recognise
from pairwell.ingest.vendors.export import Export
from pairwell.ingest.vendors.known import EXPORTS, find_export, sources
from pairwell.ingest.vocabulary import tables

_TABLES = {
    "products": ("items",),
    "orders": ("orders",),
    "calls": ("events", "orders"),
    "contacts": ("customers",),
    "subscriptions": ("subscriptions",),
    **dict.fromkeys(("deals", "line", "product", "leads", "elements"), ("orders",)),
}
_KNOWN = [
    (path, table)
    for path in sorted(FILES.glob("*_*"))
    for table in _TABLES.get(path.stem.split("_")[1], ("events", "orders"))
]


@pytest.mark.parametrize(("path", "table"), _KNOWN, ids=lambda one: one if isinstance(one, str) else one.stem)
def test_every_file_is_recognised_for_its_own_tables_alone(path: Path, table: str) -> None:
    samples = [sample_file(path, limits=Limits())]
    found = recognise(table, samples, None)
    assert found is not None
    assert found.export.source == path.stem.split("_")[0]
    others = {
        export.table
        for export in EXPORTS
        if export.source == found.export.source and export.matches(samples[0].table.column_names)
    }
    assert [other for other in tables() if other not in {*others, "order_lines"} and _is_taken(other, samples)] == []


def _is_taken(table: str, samples: list[Sample]) -> bool:
    with pytest.raises(MappingError, match="which is ingested as") as refused:
        recognise(table, samples, None)
    assert str(refused.value.hint).startswith("Run `pairwell ingest ")
    return False


def test_what_lacks_one_column_is_told_of_that_one(importer: Importer) -> None:
    page = json.loads((FILES / "hubspot_deals.json").read_text(encoding="utf-8"))
    for deal in page["results"]:
        deal["properties"].pop("hs_object_id", None)
        deal.pop("id", None)
    samples = [sample_file(importer.write("deals.json", json.dumps(page)), limits=Limits())]
    with pytest.raises(MappingError) as refused:
        recognise("orders", samples, "hubspot")
    assert "dealname" not in str(refused.value).partition("Its columns")[0]


def test_a_file_of_nobody_is_nobodys(importer: Importer) -> None:
    path = importer.write("orders.csv", "Name,Email,Lineitem name,Lineitem quantity\n1,buyer1@example.com,Cup,1\n")
    assert recognise("orders", [sample_file(path, limits=Limits())], None) is None
    assert recognise("orders", [sample_file(path, limits=Limits())], "warehouse") is None


def test_parts_that_are_not_all_of_one_export_are_read_as_they_are(importer: Importer) -> None:
    path = importer.write("other.csv", "order,item\n1,cup\n")
    samples = [sample_file(one, limits=Limits()) for one in (FILES / "shopify_orders.csv", path)]
    assert recognise("orders", samples, None) is None
    with pytest.raises(MappingError, match=r"other.csv is not Shopify's export of orders"):
        recognise("orders", samples, "shopify")


def test_a_mapping_that_names_nobody_known_is_refused() -> None:
    samples = [sample_file(FILES / "shopify_orders.csv", limits=Limits())]
    with pytest.raises(MappingError, match="not known") as raised:
        named_by(Mapping(table="orders", source="shoppify"), samples)
    assert "shopify" in (raised.value.hint or "")
    with pytest.raises(MappingError, match="not WooCommerce's"):
        named_by(Mapping(table="orders", source="woocommerce"), samples)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.source}-{export.table}")
def test_the_mapping_of_an_export_can_be_written_and_read(export: Export) -> None:
    assert find_export(export.source, export.table) is export
    assert export.source in sources()
    path = next(
        path
        for path in sorted(FILES.glob(f"{export.source}_*"))
        if export.matches(sample_file(path, limits=Limits()).table.column_names)
    )
    found = recognise(export.table, [sample_file(path, limits=Limits())], export.source)
    assert found is not None
    for table in export.fields:
        mapping = mapping_of(found, table)
        assert parse_mapping(render_mapping(mapping)) == mapping
        assert (mapping.source, mapping.net) == (export.source, export.net)


def test_an_edited_mapping_is_obeyed(importer: Importer) -> None:
    report = importer.take("orders", "shopify_orders.csv")
    saved = load_mapping(Path(report.mapping or ""))
    kept = {field: column for field, column in saved.columns.items() if field != "attributes.country"}
    columns = kept | {"channel": Composed(constant="web"), "brand": Composed(join=("brand", "item_id"), separator="/")}
    edited = msgspec.structs.replace(saved, columns=columns, goods=Goods(exclude=("Engraving, one line",)))
    again = importer.take("orders", "shopify_orders.csv", mapping=edited)
    assert again.refused_by_reason["not_goods"] == 2
    assert {channel for (channel,) in importer.rows("orders", "channel")} == {"web"}
    assert ("MUG", "Nordkamm/MUG") in importer.rows("items", "item_id", "brand")
