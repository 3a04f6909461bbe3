"""The whole life of payments played by chance under a simulated clock, against an operator who lies, and judged by laws.

`operateur` is the operator, `monde` what surrounds us (clock, people, faults), `pas` the moves, `lois` what must hold when all
has calmed down, `deroulement` the run. Nothing here is imported by what runs in production.
"""

from .deroulement import Deroulement, SimulationEchouee, SimulationInterrompue, simuler

__all__ = ["Deroulement", "SimulationEchouee", "SimulationInterrompue", "simuler"]
