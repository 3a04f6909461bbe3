"""Backups that can be trusted: a dump and its manifest of one snapshot, and a restore that checks one against the other.

`cibles` is a database and how it is reached, `programmes` PostgreSQL's own tools, `manifeste` what a dump must hold,
`ecriture` makes, `restauration` restores and verifies (docs/decisions/0016).
"""
