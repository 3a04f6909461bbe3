"""Forms of proposals and decisions in the back office. They check what was typed; services decide."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from nsia_pass_api.textes import TexteTape


def paragraphe(**options: Any) -> TexteTape:
    return TexteTape(max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options)


class MotifForm(forms.Form):
    motif = paragraphe(label="Motif", help_text="Ce que la seconde personne lira pour décider.")


class CommentaireForm(forms.Form):
    commentaire = paragraphe(label="Commentaire")


class CommentaireLibreForm(forms.Form):
    commentaire = paragraphe(label="Commentaire", required=False)
