"""Django database backend over the embedded PostgreSQL.

`base` connects, `server` starts and stops, `binaries` and `account` say with which programs and as whom.
"""
