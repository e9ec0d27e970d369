"""Whether a candidate may be offered, is relevant now and is right towards this person."""
