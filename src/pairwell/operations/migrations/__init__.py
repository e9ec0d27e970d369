"""How an operations database of any released version becomes today's."""
