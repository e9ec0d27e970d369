"""A request decided only to be looked at: as published, and with some settings changed; nothing of it is kept."""
