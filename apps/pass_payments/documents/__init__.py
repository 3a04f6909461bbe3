"""What a client takes away: receipt, statement, attestation, each with a code that a public page checks.

`selectors` reads what a document says, `services` hands it out (one row of `DocumentEmis`), `releve`, `recu` and `attestation`
draw it, `views` is the public page.
"""
