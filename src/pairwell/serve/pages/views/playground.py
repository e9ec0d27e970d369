"""The playground: what a customer would see, what the decision weighs, and what other settings would change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec

from pairwell.catalogues import LANGUAGES
from pairwell.clock import system_clock
from pairwell.records import DecisionRequest, Stage
from pairwell.said import joined
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.playing import form, knobs
from pairwell.serve.pages.views.playing.basket import Found, find_items
from pairwell.serve.pages.views.playing.begin import find_beginning
from pairwell.serve.pages.views.playing.knobs import Knob, list_knobs, read_wanted
from pairwell.serve.pages.views.view import Fields, View
from pairwell.shop.playing.play import Play, Played

if TYPE_CHECKING:
    from pairwell.shop.face import Shop


class PlayedLine(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the request."""

    item_id: str
    title: str | None
    quantity: int  # 0: it was looked at


class Playground(msgspec.Struct, frozen=True, kw_only=True):
    """A request that one can change, and what would come of it."""

    played: Played
    lines: list[PlayedLine]
    customer: str | None  # only where a form said it: an address never holds it
    address: dict[str, str]  # the parameters that lead here again, without the customer
    made_up: bool  # nobody asked for anything yet
    found: list[Found]  # for what was looked for
    find: str
    placements: list[str]
    locales: list[str]
    stages: list[Stage]  # the nearest to being shown first
    knobs: list[Knob]
    rules: list[str]
    caps: list[str]
    experiment: dict[str, str] | None  # the parameters that propose the changes there; None where there are none
    wrong: str | None  # what no setting has: with all changes together


def make_playground(shop: Shop, fields: Fields) -> Playground:
    """Decide what is asked for, and what the newest requests asked where nothing is. Raises `RequestError`."""
    settings = shop.published.settings
    moment = form.read_moment(fields.get("at"), settings.shop.timezone, system_clock)
    made_up = not any(fields.get(name) is not None for name in (*form.OF_A_REQUEST, "add", "look"))
    draw = form.read_number(fields, "draw", 1) or 1
    request = _request(fields, find_beginning(shop, moment.at) if made_up else None)
    wanted = read_wanted(fields, request.placement)
    played = shop.play(Play(request=request, at=moment.at, draw=draw, wanted=wanted))
    listed = list(list_knobs(settings, fields, request.placement, played.mistakes))
    return Playground(
        played=played,
        lines=_lines(shop, request),
        customer=request.customer_id,
        address=_address(fields, request) | {"at": moment.written, "draw": str(draw)},
        made_up=made_up,
        found=find_items(fields["find"], shop.facts.items()) if "find" in fields and not _chosen(fields) else [],
        find="" if _chosen(fields) else fields.get("find", ""),
        placements=sorted(settings.placements),
        locales=list(LANGUAGES),
        stages=list(reversed(get_args(Stage))),
        knobs=listed,
        rules=[rule.name for rule in settings.rules],
        caps=[cap.name for cap in settings.caps],
        experiment=_experiment(fields, request) if played.changed is not None else None,
        wrong=_wrong(played, listed),
    )


def _request(fields: Fields, beginning: DecisionRequest | None) -> DecisionRequest:
    begun = {} if beginning is None else form.write_request(beginning)
    return form.read_request({**begun, **fields})


def _chosen(fields: Fields) -> bool:
    return bool(fields.get("add") or fields.get("look"))


def _lines(shop: Shop, request: DecisionRequest) -> list[PlayedLine]:
    items = shop.facts.items()
    asked = [*((one.item_id, one.quantity) for one in request.cart), *((item_id, 0) for item_id in request.viewed)]
    return [
        PlayedLine(item_id=item_id, title=items[item_id].title if item_id in items else None, quantity=quantity)
        for item_id, quantity in asked
    ]


def _address(fields: Fields, request: DecisionRequest) -> dict[str, str]:
    """What leads to the same again: names and values that say something."""
    tried = {name: fields[name] for name in knobs.NAMES if fields.get(name)}
    return {name: value for name, value in form.write_request(request).items() if value} | tried


def _experiment(fields: Fields, request: DecisionRequest) -> dict[str, str] | None:
    """A rule or a cap that is left out is no value that a setting could have."""
    if any(fields.get(name) for name in (knobs.RULE_OFF, knobs.CAP_OFF)):
        return None
    return {"placement": request.placement} | {name: fields[name] for name in knobs.SETTINGS if fields.get(name)}


def _wrong(played: Played, listed: list[Knob]) -> str | None:
    """What is wrong beside the settings that stand in the form."""
    shown = {one.setting for one in listed}
    said = [joined(one.said, one.hint or "") for one in played.mistakes if one.name not in shown]
    return joined(*said) if said else None


PLAYGROUND = View(
    path="/playground",
    label=sentence("Playground"),
    about=sentence("What a customer would be offered, why, and what other settings would change."),
    group="offers",
    template="playground.html",
    record=Playground,
    make=make_playground,
    parameters=(*form.NAMES, *knobs.NAMES),
    unaddressed=(form.CUSTOMER,),
)
