"""How accounts and moves are called in a few words."""

from __future__ import annotations

from pairwell.advise.advice import Move
from pairwell.said import phrase


def account_title(name: str, account_id: str) -> str:
    """An account by name and id, where both differ."""
    return name if name == account_id else f"{name} ({account_id})"


def move_title(move: Move) -> str:
    """What is proposed, in a few words."""
    kinds = {
        "upgrade": phrase("move up to {title}", title=move.title),
        "downgrade": phrase("move down to {title}", title=move.title),
        "heads_up": phrase("a word about {title}", title=move.title),
        "add_on": phrase("add {title}", title=move.title),
        "trial": phrase("try {title}", title=move.title),
        "renewal": phrase("renew {title}", title=move.title),
    }
    return kinds[move.kind]
