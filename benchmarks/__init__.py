"""What must be fast, measured against what: ratios within one run, never a timed test (see docs/performance.md)."""
