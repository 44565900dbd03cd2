"""On the path of a process with a wrong clock: libfaketime refuses the sleep until a moment that Python asks for."""

import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
