"""Child processes that do not outlive their parent, not even when it is killed by -9."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def finir_avec_son_parent(signal_recu: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For `preexec_fn` of subprocess: the kernel sends the child `signal_recu` when the thread that started it ends.

    None where the system has no such thing; a child there ends by being stopped.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def lier() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal_recu), 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and here
            os._exit(1)

    return lier
