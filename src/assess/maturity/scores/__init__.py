"""Scores, one by one: how each is calculated, exactly, and what it would be if something changed."""
