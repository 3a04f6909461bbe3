"""Private files: what is taken, what is refused and when, what is left of what was sent, who reads it, what a crash leaves."""

import hashlib
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import Image
from pytest_django import Settings

from apps.borne_auth.lecteurs import lecteur_agent, lecteur_client
from apps.borne_auth.models import LectureDonnees
from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tests.races import en_parallele
from apps.borne_auth.tokens import JetonAccesClient
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_clients.tests.refus import refuse, sql
from apps.socle import diagnostic, domaines
from apps.socle.domaines import domaine
from apps.socle.errors import (
    FichierIllisible,
    FichierTropLourd,
    ImageTropGrande,
    LienPerime,
    TropDeFichiers,
    TypeDeFichierRefuse,
)
from apps.socle.files import FILES
from apps.socle.liens import lien, ouvrir
from apps.socle.models import TAILLE_MAXIMUM, Fait, FichierPrive, MotifFichier
from apps.socle.selectors import alertes_attente
from apps.socle.services import fichiers
from apps.socle.services.fichiers import (
    balayer,
    deposer,
    effacer,
    examiner,
    recevoir,
    reserver_fichiers,
    stockage,
    verifier_fichier,
)
from apps.socle.tests import envois
from nsia_pass_api.errors import Introuvable
from nsia_pass_api.settings.fichiers import adresse_clamd

MIDI = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Africa/Brazzaville"))
PERMIS: set[str] = set()


@pytest.fixture(autouse=True)
def prive(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, and the files of an object that `PERMIS` may read and whose readings are noted."""
    prive = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "prive")}}
    settings.STORAGES = {**settings.STORAGES, "prive": prive}
    settings.CLAMD_URL = ""
    monkeypatch.setattr(domaines, "_DOMAINES", {})
    PERMIS.clear()
    domaine("essai", libelle="Essai", lecture_de=lambda fichier: int(fichier.cle))(
        lambda lecteur, fichier: lecteur.reference in PERMIS
    )
    return tmp_path / "prive"


def envoyer(octets: bytes, *, cle: str = "42", quand: datetime = MIDI) -> FichierPrive:
    return deposer(domaine="essai", cle=cle, contenu=[octets], depose_par="client:34", quand=quand)


def juger(octets: bytes) -> FichierPrive:
    fichier = envoyer(octets)
    verifier_fichier(fichier.pk)
    fichier.refresh_from_db()
    return fichier


def copie(fichier: FichierPrive) -> bytes:
    with fichiers.ouvrir_copie(fichier) as flux:
        return bytes(flux.read())


def presents(prive: Path) -> list[str]:
    return sorted(str(chemin.relative_to(prive)) for chemin in prive.rglob("*") if chemin.is_file())


@pytest.mark.django_db
class TestDepot:
    def test_it_waits_and_nobody_opens_it(self, prive: Path) -> None:
        octets = envois.image()
        PERMIS.add("client:34")

        fichier = envoyer(octets)

        assert (fichier.etat, fichier.nature, fichier.taille, fichier.rang) == (
            "quarantaine",
            "image/jpeg",
            len(octets),
            1,
        )
        assert fichier.sha256 == hashlib.sha256(octets).hexdigest()
        assert presents(prive) == [fichier.original]
        assert lien(fichier, lecteur_client(34)) is None
        assert Fait.objects.filter(nom="fichier.juge").count() == 0

    @pytest.mark.parametrize(
        ("octets", "refus"),
        [
            (b"", FichierIllisible),
            (b"<html><script>alert(1)</script></html>", TypeDeFichierRefuse),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", TypeDeFichierRefuse),
            (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", TypeDeFichierRefuse),
            (envois.archive(), TypeDeFichierRefuse),
            (b"MZ" + b"\0" * 100, TypeDeFichierRefuse),
            (envois.EICAR, TypeDeFichierRefuse),
            (b"\xff\xd8\xff\xe0" + b"n'importe quoi" * 20, FichierIllisible),
            (envois.image()[:-200], FichierIllisible),
            (envois.photo_situee()[:-200], FichierIllisible),
            (envois.image("PNG")[:-30], FichierIllisible),
            (envois.image("WEBP")[:-30], FichierIllisible),
            (envois.pdf()[:100], FichierIllisible),
            (envois.png_immense(), ImageTropGrande),
            (envois.png_immense(8_000, 5_001), ImageTropGrande),
        ],
    )
    def test_what_can_be_said_at_once_is(self, octets: bytes, refus: type[Exception], prive: Path) -> None:
        with pytest.raises(refus) as dit:
            envoyer(octets)
        assert 400 <= dit.value.statut < 500  # type: ignore[attr-defined]
        assert (FichierPrive.objects.count(), presents(prive)) == (0, [])

    def test_ten_megabytes_and_no_more(self, prive: Path) -> None:
        lus = []

        def morceaux(taille: int) -> Iterator[bytes]:
            yield envois.image()
            for rang in range(100):
                lus.append(rang)
                yield b"\0" * taille

        reste = TAILLE_MAXIMUM - len(envois.image())
        depose = recevoir([envois.image(), b"\0" * reste])
        assert depose.taille == TAILLE_MAXIMUM
        with pytest.raises(FichierTropLourd):
            recevoir([envois.image(), b"\0" * (reste + 1)])
        with pytest.raises(FichierTropLourd):
            recevoir(morceaux(1024 * 1024))
        assert len(lus) == 10  # the rest was never read
        assert presents(prive) == [depose.original]

    @pytest.mark.parametrize("nom", ["../../etc/passwd", "a\0.png", "piece.pdf", "..\\..\\x.jpg", "x" * 5000])
    def test_the_name_is_ignored(self, nom: str, prive: Path) -> None:
        """A PNG named .pdf is a PNG; a name that climbs leads nowhere."""
        envoi = SimpleUploadedFile("essai", envois.image("PNG"), content_type="application/pdf")
        envoi._name = nom
        fichier = deposer(domaine="essai", cle="42", contenu=envoi.chunks(), depose_par="client:34")
        assert fichier.nature == "image/png"
        assert presents(prive) == [fichier.original]
        assert fichier.original.startswith("recus/")

    def test_a_domain_that_nobody_declares_takes_nothing(self) -> None:
        with pytest.raises(KeyError):
            deposer(domaine="inconnu", cle="1", contenu=[envois.image()], depose_par="client:34")
        with pytest.raises(ValueError, match="deux fois"):
            domaine("essai", libelle="Encore")(lambda lecteur, fichier: True)

    def test_a_refused_file_gives_its_place_back(self) -> None:
        rangs = [envoyer(envois.image()).rang for _ in range(20)]
        with pytest.raises(TropDeFichiers):
            envoyer(envois.image())
        effacer(fichier=FichierPrive.objects.get(rang=7))
        assert rangs == list(range(1, 21))
        assert envoyer(envois.image()).rang == 7
        assert envoyer(envois.image(), cle="43").rang == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_one_at_once_leave_twenty(prive: Path) -> None:
    def un(rang: int) -> bool:
        try:
            envoyer(envois.image())
        except TropDeFichiers:
            return False
        return True

    assert sorted(en_parallele(21, un)) == [False] + [True] * 20
    assert sorted(FichierPrive.objects.values_list("rang", flat=True)) == list(range(1, 21))
    assert len(presents(prive)) == 21  # the one too many is an orphan
    assert balayer(quand=datetime.now(ZoneInfo("UTC")) + timedelta(days=2)) == 1


@pytest.mark.django_db
class TestControle:
    @pytest.mark.parametrize("forme", ["JPEG", "PNG", "WEBP", "HEIF"])
    def test_a_picture_becomes_a_jpeg_of_its_own(
        self, forme: str, prive: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        fichier = envoyer(envois.image(forme, (2400, 1200)))
        with django_capture_on_commit_callbacks(execute=True):
            verifier_fichier(fichier.pk)
        fichier.refresh_from_db()

        assert (fichier.etat, fichier.antivirus, fichier.motif, fichier.original) == ("sain", "non_analyse", "", "")
        rendue = Image.open(io.BytesIO(copie(fichier)))
        assert (rendue.format, rendue.size) == ("JPEG", (2000, 1000))
        assert presents(prive) == [fichier.verifie]
        (fait,) = Fait.objects.filter(nom="fichier.juge")
        assert fait.donnees == {"fichier": str(fichier.pk), "domaine": "essai", "objet": "42", "motif": ""}

    def test_place_orientation_and_what_was_appended_are_gone(self) -> None:
        envoi = envois.photo_situee(orientation=6) + envois.archive() + envois.EICAR
        assert envois.GPS in envoi
        fichier = juger(envoi)
        rendue = Image.open(io.BytesIO(copie(fichier)))
        assert (rendue.size, dict(rendue.getexif())) == ((80, 120), {})
        for reste in (envois.GPS, b"PK\x03\x04", b"EICAR", b"Exif", b"prog.exe"):
            assert reste not in copie(fichier)

    def test_two_pictures_of_one_thing_look_alike(self) -> None:
        """Also when one was sent again smaller and as another kind; another thing does not."""
        une, autre = juger(envois.image("JPEG", (1200, 800), quality=60)), juger(envois.image("WEBP", (500, 333)))
        tournee = juger(envois.photo_situee(orientation=3))
        assert une.empreinte is not None
        assert autre.empreinte is not None
        assert tournee.empreinte is not None
        assert ((une.empreinte ^ autre.empreinte) & (1 << 64) - 1).bit_count() <= 4
        assert ((une.empreinte ^ tournee.empreinte) & (1 << 64) - 1).bit_count() > 15

    def test_a_picture_of_sixteen_bits_and_one_with_holes_keep_their_tones(self) -> None:
        seize, trouee = io.BytesIO(), io.BytesIO()
        Image.new("I;16", (40, 40), 20_000).save(seize, "PNG")
        Image.new("RGBA", (40, 40), (200, 0, 0, 0)).save(trouee, "PNG")
        gris = Image.open(io.BytesIO(copie(juger(seize.getvalue())))).getpixel((5, 5))
        blanc = Image.open(io.BytesIO(copie(juger(trouee.getvalue())))).getpixel((5, 5))
        assert (gris, blanc) == ((78, 78, 78), (255, 255, 255))

    @pytest.mark.parametrize(
        ("octets", "motif"),
        [
            (envois.pdf(31), "trop_de_pages"),
            (envois.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "mot_de_passe"),
            (b"%PDF-1.7\nn'importe quoi\nstartxref\n0\n%%EOF", "illisible"),
            (envois.image("HEIF")[:-200], "illisible"),
            (envois.image("PNG").replace(b"IDAT", b"IDAT" + b"\0" * 40, 1), "illisible"),
        ],
    )
    def test_what_cannot_be_used_is_refused_with_its_reason(
        self, octets: bytes, motif: str, prive: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            fichier = juger(octets)
        assert (fichier.etat, fichier.motif, fichier.verifie, fichier.original) == ("refuse", motif, "", "")
        assert presents(prive) == []
        assert MotifFichier(motif).label in fichier.get_motif_display()
        assert Fait.objects.get(nom="fichier.juge").donnees["motif"] == motif

    def test_thirty_pages_pass(self) -> None:
        with pikepdf.open(io.BytesIO(copie(juger(envois.pdf(30))))) as rendu:
            assert len(rendu.pages) == 30

    def test_a_pdf_keeps_its_pages_and_nothing_that_acts(self) -> None:
        envoi = envois.pdf_actif()
        with pikepdf.open(io.BytesIO(copie(juger(envoi)))) as rendu:
            tout = "\n".join(objet.unparse().decode("latin-1") for objet in rendu.objects)
            dessine = b"".join(objet.read_bytes() for objet in rendu.objects if isinstance(objet, pikepdf.Stream))
            assert set(rendu.Root.keys()) <= {"/Type", "/Pages"}
            assert len(rendu.pages) == 1
        for reste in (
            "JavaScript",
            "OpenAction",
            "/AA",
            "Launch",
            "EmbeddedFile",
            "/Annots",
            "cmd.exe",
            "prog.exe",
            "/JS",
        ):
            assert reste not in tout
        # The words of a form are part of the page now.
        assert b"SAISI PAR LE CLIENT" in dessine

    def test_a_bomb_and_a_crash_end_the_program_apart_alone(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        assert examiner(envois.png_immense(), nature="image/png").motif == "trop_grand"

        def programme(corps: str) -> None:
            chemin = tmp_path / "faux.py"
            chemin.write_text(corps)
            monkeypatch.setattr(fichiers, "_PROGRAMME", chemin)

        ici = str(Path(fichiers.__file__).parents[1])
        limites = (
            f"import sys; sys.path.insert(0, {ici!r}); import examen_de_fichier as examen\n"
            "examen.PROCESSEUR_SECONDES = 1; examen.se_limiter()\n"
        )
        for corps in ("x = bytearray(2 * 1024 ** 3)", "while True: pass", "import os; os.abort()", "raise ValueError"):
            programme(limites + corps)
            assert examiner(b"x", nature="image/png").motif == "illisible"
        for corps in ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import signal; signal.pause()"):
            programme(corps)
            monkeypatch.setattr(fichiers, "EXAMEN_SECONDES", 0.5)
            with pytest.raises(fichiers.ExamenInterrompu):
                examiner(b"x", nature="image/png")
        # It knows nothing of our environment, where secrets are.
        monkeypatch.setenv("SECRET_KEY", "secret")
        programme("import os; print('{\"motif\": \"' + os.environ.get('SECRET_KEY', 'rien') + '\"}')")
        assert examiner(b"x", nature="image/png").motif == "rien"

    def test_it_is_tried_again_when_the_program_was_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fichier = envoyer(envois.image())

        def tue(*args: Any, **options: Any) -> Any:
            raise fichiers.ExamenInterrompu

        with monkeypatch.context() as panne:
            panne.setattr(fichiers, "examiner", tue)
            assert reserver_fichiers(nombre=5, quand=MIDI) == [fichier.pk]
            verifier_fichier(fichier.pk)
        fichier.refresh_from_db()
        assert (fichier.etat, fichier.tentatives) == ("quarantaine", 1)
        assert reserver_fichiers(nombre=5, quand=MIDI) == []
        assert reserver_fichiers(nombre=5, quand=fichier.a_verifier_le) == [fichier.pk]
        verifier_fichier(fichier.pk)
        fichier.refresh_from_db()
        assert fichier.etat == "sain"

    def test_the_worker_follows_the_queue(self) -> None:
        assert (FILES["fichiers"].faire, FILES["fichiers"].fils) == (verifier_fichier, 1)

    def test_bytes_that_are_not_those_that_were_sent_are_lost(self, prive: Path) -> None:
        fichier = envoyer(envois.image())
        (prive / fichier.original).write_bytes(envois.image(taille=(10, 10)))
        verifier_fichier(fichier.pk)
        disparu = envoyer(envois.image())
        (prive / disparu.original).unlink()
        verifier_fichier(disparu.pk)
        assert list(FichierPrive.objects.values_list("etat", "motif")) == [("refuse", "perdu")] * 2

    def test_one_that_is_erased_during_its_check_stays_erased(
        self, prive: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fichier = envoyer(envois.image())

        def pendant(octets: bytes, *, nature: str) -> fichiers.Verdict:
            effacer(fichier=fichier)
            return fichiers.Verdict("", 0, b"copie")

        monkeypatch.setattr(fichiers, "examiner", pendant)
        verifier_fichier(fichier.pk)
        fichier.refresh_from_db()
        assert (fichier.etat, fichier.verifie, fichier.original) == ("efface", "", "")
        assert balayer(quand=datetime.now(ZoneInfo("UTC")) + timedelta(days=2)) == 2
        assert presents(prive) == []


class FauxClamd:
    """What clamd answers, on this machine: INSTREAM in chunks of a length and bytes, PING, one command a connection."""

    def __init__(self) -> None:
        self.prise = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.prise.getsockname()[1]}"
        self.panne = ""
        threading.Thread(target=self._servir, daemon=True).start()

    def fermer(self) -> None:
        """Also for the thread that waits in `accept`."""
        if self.prise.fileno() >= 0:
            self.prise.shutdown(socket.SHUT_RDWR)
        self.prise.close()

    def _servir(self) -> None:
        while True:
            try:
                appel, _ = self.prise.accept()
            except OSError:
                return
            with appel, appel.makefile("rb") as lu:
                commande = lu.readline().strip()
                if commande == b"nPING":
                    appel.sendall(b"PONG\n")
                    continue
                recu = b""
                while taille := struct.unpack("!L", lu.read(4))[0]:
                    recu += lu.read(taille)
                trouve = b"Eicar-Test-Signature FOUND" if envois.EICAR in recu else b"OK"
                appel.sendall(b"stream: " + (self.panne.encode() or trouve) + b"\n")


@pytest.fixture
def clamd(settings: Settings) -> Iterator[FauxClamd]:
    faux = FauxClamd()
    settings.CLAMD_URL = faux.url
    yield faux
    faux.fermer()


@pytest.mark.django_db
class TestAntivirus:
    def test_it_says_what_it_found(self, clamd: FauxClamd) -> None:
        sain, infecte = juger(envois.image()), juger(envois.image() + envois.EICAR)
        assert (sain.etat, sain.antivirus) == ("sain", "sain")
        assert (infecte.etat, infecte.motif, infecte.antivirus) == ("refuse", "virus", "infecte")

    @pytest.mark.parametrize("panne", ["INSTREAM size limit exceeded. ERROR", "absent"])
    def test_without_its_answer_a_file_stays_in_quarantine(
        self, clamd: FauxClamd, panne: str, settings: Settings
    ) -> None:
        clamd.panne = "" if panne == "absent" else panne
        if panne == "absent":
            clamd.fermer()
        fichier = envoyer(envois.image())
        assert reserver_fichiers(nombre=1, quand=MIDI) == [fichier.pk]
        verifier_fichier(fichier.pk)
        fichier.refresh_from_db()
        assert (fichier.etat, fichier.antivirus) == ("quarantaine", "")
        assert fichier.a_verifier_le == MIDI + settings.TRAVAUX_BAIL
        (alerte,) = alertes_attente()
        assert (alerte.code, alerte.nombre) == ("fichiers_en_attente", 1)

    def test_waits_double_up_to_an_hour(self) -> None:
        fichier, quand, ecarts = envoyer(envois.image()), MIDI, []
        for _ in range(9):
            assert reserver_fichiers(nombre=1, quand=quand) == [fichier.pk]
            fichier.refresh_from_db()
            ecarts.append(int((fichier.a_verifier_le - quand).total_seconds()) // 60)
            quand = fichier.a_verifier_le
        assert ecarts == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_the_diagnostic_asks_it(self, clamd: FauxClamd, settings: Settings, prive: Path) -> None:
        assert (diagnostic.fichiers().niveau, clamd.url in diagnostic.fichiers().texte) == ("ok", True)
        clamd.fermer()
        assert (diagnostic.fichiers().niveau, "Démarrez clamd" in diagnostic.fichiers().texte) == ("erreur", True)
        settings.CLAMD_URL = ""
        assert "« non analysé »" in diagnostic.fichiers().texte
        prive.parent.chmod(0o500)
        (attendu,) = {"erreur"} if os.geteuid() else {"ok"}  # root writes everywhere
        assert diagnostic.fichiers().niveau == attendu
        prive.parent.chmod(0o700)

    @pytest.mark.parametrize("adresse", ["localhost:3310", "http://x:1", "tcp://x", "tcp://x:notaport", "unix://"])
    def test_a_wrong_address_stops_the_start(self, adresse: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="CLAMD_URL"):
            adresse_clamd(adresse)


def demander(adresse: str, *, navigateur: Client | None = None, **entetes: str) -> Any:
    """What is answered, read to its end; by a stranger unless told otherwise."""
    reponse = (navigateur or Client()).get(adresse, headers=entetes)
    reponse.corps = reponse.getvalue()
    return reponse


@pytest.mark.django_db
class TestLecture:
    def test_the_staff_reads_in_its_session_and_it_is_noted(self) -> None:
        agent, autre = AgentFactory.create(role="gestionnaire"), AgentFactory.create(role="gestionnaire")
        client = ClientFactory()
        fichier = deposer(domaine="essai", cle=str(client.pk), contenu=[envois.image()], depose_par="client:34")
        verifier_fichier(fichier.pk)
        fichier.refresh_from_db()
        PERMIS.update({f"agent:{agent.pk}", f"agent:{autre.pk}"})
        adresse = lien(fichier, lecteur_agent(agent))
        assert adresse is not None
        navigateur = Client()

        assert demander(adresse).status_code == 403  # nobody signed in
        navigateur.force_login(autre)
        assert demander(adresse, navigateur=navigateur).json()["code"] == "lien_perime"
        assert LectureDonnees.objects.count() == 0
        navigateur.force_login(agent)
        reponse = demander(adresse, navigateur=navigateur)

        assert (reponse.status_code, reponse.corps) == (200, copie(fichier))
        assert {nom: reponse[nom] for nom in ("Content-Type", "X-Content-Type-Options", "Cache-Control")} == {
            "Content-Type": "image/jpeg",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        }
        assert reponse["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert reponse["Content-Disposition"] == 'attachment; filename="essai-1.jpg"'
        (lecture,) = LectureDonnees.objects.all()
        assert (lecture.agent_id, lecture.nature, lecture.objet) == (agent.pk, "document", "socle.FichierPrive")
        assert (lecture.cle, lecture.client_id) == (str(fichier.pk), client.pk)

    def test_shown_to_the_staff_alone_and_only_a_picture(self) -> None:
        agent = AgentFactory.create(role="gestionnaire")
        PERMIS.update({f"agent:{agent.pk}", "client:34"})
        photo, document = juger(envois.image()), juger(envois.pdf())
        navigateur = Client()
        navigateur.force_login(agent)
        adresses = [str(lien(fichier, lecteur_agent(agent), en_ligne=True)) for fichier in (photo, document)]
        poses = [demander(une, navigateur=navigateur)["Content-Disposition"][:6] for une in adresses]
        chez_lui = demander(str(lien(photo, lecteur_client(34), en_ligne=True)))
        assert [*poses, chez_lui["Content-Disposition"][:6]] == ["inline", "attach", "attach"]
        assert document.nature_servie == "application/pdf"

    def test_a_client_opens_its_own_link_and_no_other_client_does(self) -> None:
        session, autre = SessionFactory(), SessionFactory()
        fichier = juger(envois.image())
        PERMIS.update({f"client:{session.client_id}", f"client:{autre.client_id}"})
        adresse = str(lien(fichier, lecteur_client(session.client_id)))

        def par(session: Any) -> int:
            if session is None:
                return int(demander(adresse).status_code)
            jeton = JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))
            return int(demander(adresse, Authorization=f"Bearer {jeton}").status_code)

        assert (par(session), par(None), par(autre)) == (200, 200, 403)
        assert demander(adresse, Authorization="Bearer faux").status_code == 401
        assert LectureDonnees.objects.count() == 0

    def test_an_outsider_gets_no_link_and_a_right_that_is_gone_closes_it(self) -> None:
        fichier = juger(envois.image())
        with pytest.raises(Introuvable):
            lien(fichier, lecteur_client(35))
        PERMIS.add("client:35")
        adresse = str(lien(fichier, lecteur_client(35)))
        PERMIS.clear()
        assert demander(adresse).status_code == 404

    def test_a_link_lives_five_minutes_and_is_not_made_by_hand(self) -> None:
        fichier = juger(envois.image())
        PERMIS.add("client:34")
        with time_machine.travel(MIDI, tick=False) as horloge:
            adresse = str(lien(fichier, lecteur_client(34)))
            jeton = adresse.split("/")[-2]
            horloge.shift(timedelta(seconds=300))
            assert demander(adresse).status_code == 200
            with pytest.raises(LienPerime):
                ouvrir(jeton[:-1] + ("A" if jeton[-1] != "A" else "B"), appelant=None)
            horloge.shift(timedelta(seconds=1))
            refus = demander(adresse)
        assert (refus.status_code, refus.json()["code"]) == (403, "lien_perime")
        assert demander("/fichiers/..etc..passwd/").status_code == 403
        assert Client().post(adresse).status_code == 405

    def test_an_erased_file_is_gone_for_everybody(self, prive: Path, django_capture_on_commit_callbacks: Any) -> None:
        fichier = juger(envois.image())
        PERMIS.add("client:34")
        adresse = str(lien(fichier, lecteur_client(34)))
        with django_capture_on_commit_callbacks(execute=True):
            effacer(fichier=fichier, quand=MIDI)
            effacer(fichier=fichier)  # nothing more happens
        fichier.refresh_from_db()
        assert (fichier.etat, fichier.empreinte, fichier.efface_le) == ("efface", None, MIDI)
        assert demander(adresse).status_code == 404
        assert "verifies" not in "".join(presents(prive))


@pytest.mark.django_db
class TestGardes:
    """What the database refuses, also to the role that serves requests."""

    @pytest.mark.parametrize(
        ("requete", "regle"),
        [
            ("DELETE FROM fichiers_prives", "Cannot delete"),
            ("UPDATE fichiers_prives SET sha256 = repeat('0', 64)", "Cannot update"),
            ("UPDATE fichiers_prives SET etat = 'quarantaine', a_verifier_le = now()", "Invalid transition"),
            ("UPDATE fichiers_prives SET verifie = 'verifies/autre'", "Cannot update"),
            ("UPDATE fichiers_prives SET antivirus = 'sain'", "Cannot update"),
            ("UPDATE fichiers_prives SET a_verifier_le = now()", "fichiers_selon_etat"),
            ("UPDATE fichiers_prives SET etat = 'refuse', verifie = '', empreinte = NULL", "Invalid transition"),
        ],
    )
    def test_of_a_sound_file(self, requete: str, regle: str, au_role: Callable[[], None]) -> None:
        juger(envois.image())
        au_role()
        with refuse(regle):
            sql(requete)

    def test_of_a_new_one(self, au_role: Callable[[], None]) -> None:
        copie = (
            "INSERT INTO fichiers_prives (id, domaine, cle, rang, nature, taille, sha256, depose_par, etat, motif, antivirus,"
            " tentatives, original, verifie) SELECT gen_random_uuid(), domaine, cle, {rang}, nature, {taille}, sha256,"
            " depose_par, {etat}, '', '', 0, 'recus/x', '' FROM fichiers_prives"
        )
        envoyer(envois.image())
        au_role()
        for valeurs, regle in [
            ({"rang": 1}, "fichiers_un_par_rang"),
            ({"rang": 21}, "fichiers_vingt_au_plus"),
            ({"taille": TAILLE_MAXIMUM + 1}, "fichiers_taille"),
            ({"etat": "'sain'"}, "fichiers_selon_etat"),
        ]:
            with refuse(regle):
                sql(copie.format(**{"rang": 2, "taille": 1, "etat": "'quarantaine'", **valeurs}))


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_bytes_and_row_leaves_an_orphan_that_is_swept(prive: Path, capsys: Any) -> None:
    """kill -9 at that very moment, in a process of its own; what is younger than a day may still get its row."""
    reste = envoyer(envois.image())
    programme = f"""
import os, signal, sys
sys.path.insert(0, {os.getcwd()!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "nsia_pass_api.settings"
import django
django.setup()
from django.test import override_settings
from django.conf import settings
prive = {{"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {{"location": {str(prive)!r}}}}}
with override_settings(STORAGES={{**settings.STORAGES, "prive": prive}}):
    from apps.socle.services import fichiers
    depot = fichiers.recevoir([sys.stdin.buffer.read()])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    fini = subprocess.run([sys.executable, "-c", programme], input=envois.image(), check=False)
    assert fini.returncode == -signal.SIGKILL
    assert len(presents(prive)) == 2

    call_command("balayer_fichiers")
    assert len(presents(prive)) == 2
    for chemin in prive.rglob("*"):
        os.utime(chemin, (0, 0))
    call_command("balayer_fichiers")

    assert presents(prive) == [reste.original]
    dits = capsys.readouterr().out.splitlines()
    assert [ligne.split()[-1] for ligne in dits if ligne.startswith("Fichiers retirés")] == ["0", "1"]


@pytest.mark.django_db
def test_what_is_not_ours_is_left_alone(prive: Path) -> None:
    stockage().save("ailleurs/x", ContentFile(b"x"))
    assert balayer(quand=datetime.now(ZoneInfo("UTC")) + timedelta(days=2)) == 0
