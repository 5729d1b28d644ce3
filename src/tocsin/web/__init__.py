"""The centre over HTTP: the API, the feed, its reference, and the few pages by which a person signs in."""
