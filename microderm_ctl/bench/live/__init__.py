"""The live part of a technician's work: a unit in SERVICE, a gauge beside it, and steps that are written down before they go on."""
