"""Settings: one file per concern, each read from the environment by `environment`, all assembled here."""

from .api import *
from .back_office import *
from .base import *
from .business import *
from .database import *
from .identity import *
from .logs import *
