"""An app that tests alone install (`reglages`), with a route in the live process: what people wrote on a board."""
