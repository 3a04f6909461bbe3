"""SMS on the simulator's phone: what the demonstration's clients receive."""

import httpx2
from django.conf import settings

from apps.socle.messagerie import MessagerieInjoignable


class MessagerieSimulateur:
    """Implements `messagerie.Messagerie`. Threads may share it."""

    def __init__(self, *, transport: httpx2.BaseTransport | None = None) -> None:
        adresse = f"http://127.0.0.1:{settings.MOMO_PORT}"
        self._http = httpx2.Client(base_url=adresse, timeout=5, trust_env=False, transport=transport)

    def envoyer(self, *, telephone: str, texte: str, cle: str) -> None:
        """The phone shows `texte`. Raises MessagerieInjoignable. The simulator does not know `cle`: it may show it twice."""
        try:
            reponse = self._http.post("/simulateur/sms", json={"telephone": telephone, "texte": texte})
        except httpx2.HTTPError as erreur:
            raise MessagerieInjoignable(type(erreur).__name__) from erreur
        if reponse.is_error:
            raise MessagerieInjoignable(f"HTTP {reponse.status_code}")
