"""A classroom: who is in it, what each may do and hold, and what the lecturer sees."""
