from django.contrib import admin

from apps.mtn_integration.models import LogMTN, TransactionMTN
from apps.pass_payments.operateurs.admin import DemandeOperateurAdmin, EchangeOperateurAdmin

admin.site.register(TransactionMTN, DemandeOperateurAdmin)
admin.site.register(LogMTN, EchangeOperateurAdmin)
