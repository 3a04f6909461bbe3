"""Tables and services that every app may use. Read `models`, `faits`, `services`, `selectors`, `tests`."""
