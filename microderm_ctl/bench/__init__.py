"""A technician's work on a unit: procedure, calibration, uncertainty, leak and regulator, as functions of values."""
