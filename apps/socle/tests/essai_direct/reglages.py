"""The settings of the project, and this app."""

from nsia_pass_api.settings import *  # noqa: F403
from nsia_pass_api.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "apps.socle.tests.essai_direct"]
