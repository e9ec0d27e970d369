"""Every export of a vendor that is known."""

from __future__ import annotations

from pairwell.ingest.vendors.amocrm import AMOCRM
from pairwell.ingest.vendors.bitrix24_contacts import BITRIX24_CONTACTS
from pairwell.ingest.vendors.bitrix24_deals import BITRIX24_DEALS
from pairwell.ingest.vendors.export import Export
from pairwell.ingest.vendors.ga4 import GA4
from pairwell.ingest.vendors.google_merchant import GOOGLE_MERCHANT
from pairwell.ingest.vendors.hubspot_contacts import HUBSPOT_CONTACTS
from pairwell.ingest.vendors.hubspot_deals import HUBSPOT_DEALS
from pairwell.ingest.vendors.magento_orders import MAGENTO_ORDERS
from pairwell.ingest.vendors.magento_products import MAGENTO_PRODUCTS
from pairwell.ingest.vendors.metrika import METRIKA
from pairwell.ingest.vendors.segment import CALLS
from pairwell.ingest.vendors.shopify_orders import SHOPIFY_ORDERS
from pairwell.ingest.vendors.shopify_products import SHOPIFY_PRODUCTS
from pairwell.ingest.vendors.stripe import STRIPE_SUBSCRIPTIONS
from pairwell.ingest.vendors.woocommerce_orders import WOOCOMMERCE_ORDERS
from pairwell.ingest.vendors.woocommerce_products import WOOCOMMERCE_PRODUCTS
from pairwell.ingest.vendors.yml import YML

EXPORTS: tuple[Export, ...] = (
    SHOPIFY_ORDERS,
    SHOPIFY_PRODUCTS,
    WOOCOMMERCE_PRODUCTS,
    WOOCOMMERCE_ORDERS,
    MAGENTO_PRODUCTS,
    MAGENTO_ORDERS,
    YML,
    GOOGLE_MERCHANT,
    *GA4,
    *METRIKA,
    *CALLS,
    HUBSPOT_DEALS,
    HUBSPOT_CONTACTS,
    BITRIX24_DEALS,
    BITRIX24_CONTACTS,
    *AMOCRM,
    STRIPE_SUBSCRIPTIONS,
)


def find_export(source: str | None, table: str) -> Export | None:
    """What a vendor's export for `table` is, where there is one."""
    asked = "orders" if table == "order_lines" else table
    return next((export for export in EXPORTS if (export.source, export.table) == (source, asked)), None)


def sources() -> list[str]:
    """The names of vendors."""
    return sorted({export.source for export in EXPORTS})
