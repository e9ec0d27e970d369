"""The playground: a request and settings that one may change, and what would come of them."""
