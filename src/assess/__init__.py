"""Assess: questionnaires in, KPI maturity per team, a reorganisation roadmap out."""

__version__ = "0.1.0"
