"""Which dark patterns settings and own texts hold: what was found, the law it rests on, and the mend."""
