"""The demonstration: an invented company played through the public API, as its admin and its people would."""
