"""The live process: sockets that hear at once what was committed (docs/decisions/0029). Read `routes`, `ecoute`, `serveur`."""
