"""Exemptions: what people say does not apply to their team, and an administrator confirms with a reason."""
