"""Who speaks: the registry of actors, and the resolution of mentions to them."""
