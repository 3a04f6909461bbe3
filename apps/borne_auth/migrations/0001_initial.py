import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=254, verbose_name="adresse e-mail")),
                ("matricule", models.CharField(max_length=20)),
                ("telephone", models.CharField(blank=True, max_length=13, verbose_name="téléphone")),
                ("agence", models.CharField(blank=True, max_length=80)),
                ("poste", models.CharField(blank=True, max_length=80)),
                ("adresse", models.CharField(blank=True, max_length=200)),
                ("date_embauche", models.DateField(blank=True, null=True, verbose_name="date d'embauche")),
                ("solde_commissions", models.BigIntegerField(default=0, verbose_name="solde des commissions (XAF)")),
                (
                    "taux_commission",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=5, verbose_name="taux de commission (%)"
                    ),
                ),
                (
                    "statut",
                    models.CharField(
                        choices=[("actif", "Actif"), ("suspendu", "Suspendu"), ("parti", "Parti")],
                        default="actif",
                        max_length=10,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "agent",
                "verbose_name_plural": "agents",
                "db_table": "agents",
                "ordering": ["last_name", "first_name"],
                "constraints": [
                    models.UniqueConstraint(fields=("email",), name="agents_email_unique"),
                    models.UniqueConstraint(fields=("matricule",), name="agents_matricule_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("email__regex", "^[^A-Z]+$")), name="agents_email_minuscule"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("telephone__regex", "^\\+242[0-9]{9}$"), ("telephone", ""), _connector="OR"
                        ),
                        name="agents_telephone_congo",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taux_commission__gte", 0), ("taux_commission__lte", 100)),
                        name="agents_taux_commission_pourcent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statut__in", ["actif", "suspendu", "parti"])), name="agents_statut_connu"
                    ),
                ],
            },
        ),
    ]
