"""Every setting: its name, default, unit and meaning; and where a workspace keeps them."""
