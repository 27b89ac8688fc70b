"""SHAPE: raw documents become articles. Pure: no files, network, clock, environment or logging."""
