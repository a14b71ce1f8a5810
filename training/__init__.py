"""How the shipped model is made: prepare, train, calibrate, export, evaluate; every number is in ``config.toml``."""
