"""A process that speaks MTN MoMo and Airtel Money, keeps a ledger of its own, and plays the client's phone.

Read in this order: `protocole` (tables of docs/spec/momo.md), `operations` (state machine, pure), `grand_livre` (what is kept, in
SQLite), `moteur` (what happens), `mtn`, `airtel` and `pages` (HTTP), `serveur`. It imports nothing of the project but its kernel.
"""
