"""What goes wrong between us and an operator, inside its folder; callers see the exceptions of `operateurs` itself."""

from apps.pass_payments.operateurs import OperateurInjoignable


class AppelDansUneTransaction(RuntimeError):
    """An operator was to be called while a transaction is open: locks would be held for as long as it does not answer."""


class DelaiEpuise(OperateurInjoignable):
    """What is left of the call's time is too short for one more exchange: none was begun."""


class EnvoyeeAilleurs(OperateurInjoignable):
    """Another environment or platform of the operator holds the reference: this one would take it for new, and pay twice."""

    def __init__(self) -> None:
        super().__init__("référence envoyée par un autre environnement ou une autre plateforme de l'opérateur")


class AccesRefuse(Exception):
    """The operator answered, and does not let us in: keys, user, rights or target are wrong. This call created nothing."""

    def __init__(self, raison: str, *, statut: int) -> None:
        super().__init__(raison)
        self.raison, self.statut = raison, statut
