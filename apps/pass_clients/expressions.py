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
