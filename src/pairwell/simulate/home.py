"""The home half of the simulated assortment. All brands are invented."""

from __future__ import annotations

from functools import partial

from pairwell.simulate.needs import Goes, Need

_CUP = ("Brewlith", "Ottomill")
_DESK = ("Scribaxo", "Pagemint")
_PAN = ("Ottomill", "Panneria")
_CLEAN = ("Dustavo", "Swirlon")

_extra = partial(Need, role="extra", pull=-1.3, swing=0.1)
_used_up = partial(_extra, lasting=False)

COFFEE = (
    Need(
        key="ESPRESSO",
        category="Coffee > Espresso machines",
        noun="espresso machine",
        price=22900,
        brands=_CUP,
        peak=345,
        swing=0.7,
        attributes={"pressure_bar": ("15", "15", "19"), "warranty_years": ("2", "3", "5")},
        goes=(Goes("BEANS", 0.34), Goes("MILKJUG", 0.30), Goes("TAMPER", 0.24), Goes("CLEANTABS", 0.28)),
    ),
    Need(
        key="DRIP",
        category="Coffee > Filter machines",
        noun="filter coffee machine",
        price=6900,
        brands=_CUP,
        pull=0.3,
        peak=345,
        swing=0.4,
        variants=("black", "white"),
        attributes={"cups": ("8", "10", "12"), "warranty_years": ("2", "3", "5")},
        goes=(Goes("FILTERS", 0.45), Goes("GROUND", 0.30), Goes("DESCALER", 0.22)),
    ),
    Need(
        key="GRINDER",
        category="Coffee > Grinders",
        noun="coffee grinder",
        price=5900,
        brands=_CUP,
        peak=345,
        swing=0.5,
        attributes={"grind_settings": ("12", "24", "40"), "warranty_years": ("2", "3", "5")},
        goes=(Goes("BEANS", 0.30), Goes("GRINDBRUSH", 0.22), Goes("COFFEEJAR", 0.20)),
    ),
    Need(
        key="KETTLE",
        category="Coffee > Kettles",
        noun="electric kettle",
        price=3900,
        brands=_CUP,
        pull=0.4,
        peak=330,
        swing=0.3,
        attributes={"capacity_l": ("1.2", "1.5", "1.7"), "power_w": ("1800", "2200", "3000")},
        goes=(Goes("DESCALER", 0.26), Goes("TEA", 0.20)),
    ),
    _used_up(
        key="BEANS",
        category="Coffee > Coffee",
        noun="espresso beans 1 kg",
        price=1690,
        brands=_CUP,
        pull=0.7,
        variants=("dark roast", "medium roast"),
    ),
    _used_up(
        key="GROUND", category="Coffee > Coffee", noun="ground filter coffee 500 g", price=790, brands=_CUP, pull=0.4
    ),
    _used_up(key="TEA", category="Coffee > Tea", noun="loose black tea 250 g", price=890, brands=_CUP, pull=0.0),
    _used_up(
        key="FILTERS",
        category="Coffee > Filter machines",
        noun="paper filters, 100 pieces",
        price=390,
        brands=_CUP,
        pull=0.1,
    ),
    _used_up(key="DESCALER", category="Coffee > Care", noun="descaler", price=790, brands=_CUP, pull=-0.5),
    _used_up(key="CLEANTABS", category="Coffee > Care", noun="cleaning tablets", price=990, brands=_CUP, pull=-0.6),
    _extra(key="MILKJUG", category="Coffee > Espresso machines", noun="milk jug", price=1790, brands=_CUP),
    _extra(key="TAMPER", category="Coffee > Espresso machines", noun="tamper", price=2490, brands=_CUP),
    _extra(key="GRINDBRUSH", category="Coffee > Grinders", noun="grinder brush", price=690, brands=_CUP),
    _extra(key="COFFEEJAR", category="Coffee > Grinders", noun="airtight coffee jar", price=1490, brands=_CUP),
)

OFFICE = (
    Need(
        key="PRINTER",
        category="Home office > Printers",
        noun="inkjet printer",
        price=9900,
        brands=_DESK,
        pull=0.3,
        peak=250,
        attributes={"pages_per_min": ("10", "16", "24"), "warranty_years": ("1", "2", "3")},
        goes=(Goes("INKBLACK", 0.42), Goes("INKCOLOUR", 0.34), Goes("PAPER", 0.30), Goes("USBCABLE", 0.20)),
    ),
    Need(
        key="LABELMAKER",
        category="Home office > Labelling",
        noun="label maker",
        price=3900,
        brands=_DESK,
        pull=-0.2,
        attributes={"labels_per_min": ("10", "20", "30"), "warranty_years": ("1", "2", "3")},
        goes=(Goes("LABELTAPE", 0.45), Goes("AADESK", 0.24)),
    ),
    Need(
        key="DESKLAMP",
        category="Home office > Lamps",
        noun="desk lamp",
        price=3900,
        brands=_DESK,
        pull=0.3,
        peak=320,
        swing=0.5,
        attributes={"lumens": ("400", "600", "900"), "warranty_years": ("2", "3", "5")},
        goes=(Goes("BULB", 0.36), Goes("SMARTPLUG", 0.16)),
    ),
    _used_up(
        key="INKBLACK", category="Home office > Ink", noun="black ink cartridge", price=1990, brands=_DESK, pull=0.3
    ),
    _used_up(
        key="INKCOLOUR", category="Home office > Ink", noun="colour ink cartridge", price=2490, brands=_DESK, pull=0.1
    ),
    _used_up(
        key="PAPER", category="Home office > Paper", noun="printer paper, 500 sheets", price=590, brands=_DESK, pull=0.3
    ),
    _extra(key="USBCABLE", category="Home office > Printers", noun="USB printer cable", price=890, brands=_DESK),
    _used_up(
        key="LABELTAPE", category="Home office > Labelling", noun="label tape 12 mm", price=990, brands=_DESK, pull=-0.5
    ),
    _used_up(
        key="AADESK",
        category="Home office > Labelling",
        noun="rechargeable AA cells, 4 pieces",
        price=1090,
        brands=_DESK,
    ),
    _used_up(
        key="BULB", category="Home office > Lamps", noun="LED bulb E27", price=690, brands=_DESK, pull=0.0, peak=320
    ),
    _extra(key="SMARTPLUG", category="Home office > Lamps", noun="smart plug", price=1190, brands=_DESK),
)

KITCHEN = (
    Need(
        key="PAN",
        category="Kitchen > Pans",
        noun="frying pan",
        price=3900,
        brands=_PAN,
        pull=0.4,
        peak=345,
        variants=("24 cm", "28 cm"),
        attributes={"layers": ("2", "3", "5"), "warranty_years": ("2", "5", "25")},
        goes=(Goes("SPATULA", 0.26), Goes("PANGUARD", 0.18), Goes("LID", 0.20)),
    ),
    Need(
        key="KNIFE",
        category="Kitchen > Knives",
        noun="chef's knife",
        price=4900,
        brands=_PAN,
        peak=345,
        swing=0.5,
        attributes={"hardness_hrc": ("54", "58", "61"), "warranty_years": ("2", "10", "25")},
        goes=(Goes("SHARPENER", 0.26), Goes("BOARD", 0.28), Goes("KNIFEGUARD", 0.16)),
    ),
    _extra(key="SPATULA", category="Kitchen > Pans", noun="silicone spatula", price=890, brands=_PAN),
    _extra(key="PANGUARD", category="Kitchen > Pans", noun="pan protectors, set of 3", price=790, brands=_PAN),
    _extra(
        key="LID", category="Kitchen > Pans", noun="glass lid", price=1190, brands=_PAN, variants=("24 cm", "28 cm")
    ),
    _extra(key="SHARPENER", category="Kitchen > Knives", noun="knife sharpener", price=1490, brands=_PAN),
    _extra(key="BOARD", category="Kitchen > Knives", noun="oak cutting board", price=1490, brands=_PAN),
    _extra(key="KNIFEGUARD", category="Kitchen > Knives", noun="blade guard", price=590, brands=_PAN),
)

CLEANING = (
    Need(
        key="VACUUM",
        category="Cleaning > Vacuum cleaners",
        noun="vacuum cleaner",
        price=12900,
        brands=_CLEAN,
        pull=0.1,
        swing=0.1,
        attributes={"noise_db": ("78", "72", "66"), "warranty_years": ("2", "3", "5")},
        goes=(Goes("DUSTBAGS", 0.40), Goes("VACFILTER", 0.24), Goes("CREVICE", 0.18)),
    ),
    Need(
        key="MOP",
        category="Cleaning > Floors",
        noun="spin mop set",
        price=3900,
        brands=_CLEAN,
        pull=0.2,
        swing=0.1,
        attributes={"bucket_l": ("8", "10", "12"), "warranty_years": ("1", "2", "3")},
        goes=(Goes("MOPHEAD", 0.34), Goes("FLOORSOAP", 0.30)),
    ),
    _used_up(
        key="DUSTBAGS",
        category="Cleaning > Vacuum cleaners",
        noun="dust bags, 8 pieces",
        price=1090,
        brands=_CLEAN,
        pull=0.2,
    ),
    _used_up(
        key="VACFILTER",
        category="Cleaning > Vacuum cleaners",
        noun="vacuum filter",
        price=1390,
        brands=_CLEAN,
        pull=-0.7,
    ),
    _extra(key="CREVICE", category="Cleaning > Vacuum cleaners", noun="crevice nozzle", price=990, brands=_CLEAN),
    _used_up(key="MOPHEAD", category="Cleaning > Floors", noun="mop head", price=890, brands=_CLEAN, pull=-0.4),
    _used_up(
        key="FLOORSOAP", category="Cleaning > Floors", noun="floor cleaner 1 l", price=490, brands=_CLEAN, pull=0.1
    ),
)
