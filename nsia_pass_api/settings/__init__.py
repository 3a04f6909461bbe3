"""Settings: one file per concern, each read from the environment by `environment`, all assembled here."""

from .api import *
from .back_office import *
from .base import *
from .borne import *
from .business import *
from .comprehension import *
from .database import *
from .demo import *
from .direct import *
from .documents import *
from .environment import BASE_DIR as BASE_DIR
from .environment import DATA_DIR as DATA_DIR
from .environment import PRODUCTION as PRODUCTION
from .exploitation import *
from .fichiers import *
from .identity import *
from .logs import *
from .operateurs import *
from .paiements import *
