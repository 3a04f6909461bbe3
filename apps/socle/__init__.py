"""Tables and services that every app may use. Read `models`, `faits`, `files`, `natures`, `services`, `travailleur`, `tests`."""
