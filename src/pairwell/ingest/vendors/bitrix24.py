"""What Bitrix24's records say: as REST methods list them, in capitals or in camel case, or as lists are exported."""

from __future__ import annotations

from typing import Any

from pairwell.ingest.vendors.export import Given

# What the columns of an exported list are called, in Russian and English -> the field of the REST method.
_LABELS = {
    "стадия сделки": "stage",
    "стадия": "stage",
    "группа стадий": "stagesemanticid",
    "deal status": "stagesemanticid",
    "stage group": "stagesemanticid",
    "валюта": "currencyid",
    "currency": "currencyid",
    "ответственный": "assignedbyid",
    "responsible": "assignedbyid",
    "responsible person": "assignedbyid",
    "предполагаемая дата закрытия": "closedate",
    "дата завершения": "closedate",
    "assumed close date": "closedate",
    "close date": "closedate",
    "дата создания": "datecreate",
    "created": "datecreate",
    "createdtime": "datecreate",
    "дата изменения": "datemodify",
    "modified": "datemodify",
    "updatedtime": "datemodify",
    "товар": "productname",
    "product": "productname",
    "цена": "price",
    "количество": "quantity",
    "должность": "post",
    "position": "post",
    "компания": "companytitle",
    "company": "companytitle",
    "тип контакта": "typeid",
    "contact type": "typeid",
    "источник": "sourceid",
    "source": "sourceid",
}


def fields(row: Given) -> dict[str, Any]:
    """The fields of a record under one spelling: `STAGE_ID`, `stageId` and the column of a list are one."""
    return {_LABELS.get(name.casefold()) or name.casefold().replace("_", ""): cell for name, cell in row.cells.items()}
