"""SQL functions of this app, as expressions."""

from django.db.models import Func, TextField


class NomCherchable(Func):
    """A name, or first names and a name, as names are compared: « N'Zaba Éloïse » is « nzaba eloise »."""

    function = "nom_cherchable"
    output_field = TextField()


class FormeAgence(Func):
    """The name of an agency as names of agencies are compared: « Poto Poto » and « agence de poto-poto » are « potopoto »."""

    function = "forme_agence"
    output_field = TextField()


# Letters that are typed for the digits they look like, and dashes, which are left out.
CONFONDUS = str.maketrans("OI", "01", "-")


class PoliceEpelee(Func):
    """What all spellings of a police have in common: `CG-2026-VIE-001` is `CG2026V1E001`. As `polices.epeler`."""

    template = "translate(%(expressions)s, 'OI-', '01')"
    output_field = TextField()
