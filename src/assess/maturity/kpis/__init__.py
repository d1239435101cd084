"""KPIs: the library, an organisation's record sheets, what its teams measure, and how alive and how good an indicator is."""
