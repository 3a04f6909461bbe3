"""The project and its kernel: what every app may use. Nothing here imports an app."""
