"""A clock of its own to be hurt: what a hall's processes are told of the time, while the machine's own clock stays.

A few lines of C stand before the C library's and add seconds that a mapped file holds; so the clock of running processes jumps in a
moment, and the counters that measure how long something took do not, as when a real clock is set. Debian's libfaketime does the same
but lets no Python process sleep (`clock_nanosleep` answers EINVAL).
"""

import shutil
import subprocess
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long *ahead;
static int (*real)(clockid_t, struct timespec *);
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *seen = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
  if (seen != MAP_FAILED) ahead = seen;
  close(file);
}
int clock_gettime(clockid_t which, struct timespec *at) {
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(which, at);
  if (!failed && ahead && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += *ahead;
  return failed;
}
int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  int failed = clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return failed;
}
time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
"""


class Clock:
    """The time that processes started with its environment see."""

    def __init__(self, folder: Path) -> None:
        self.file, self.library = folder / "clock", folder / "clock.so"
        self.file.write_bytes(bytes(8))

    def set(self, seconds: int) -> None:
        """Put the clock so far before (or behind) the machine's, at once."""
        with self.file.open("r+b", buffering=0) as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    def environment(self) -> dict[str, str]:
        """Give what processes are started with that see it."""
        return {"LD_PRELOAD": str(self.library), "FAULTS_CLOCK": str(self.file)}


def made(folder: Path) -> Clock | None:
    """Make a clock in a folder; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    clock = Clock(folder)
    source = folder / "clock.c"
    source.write_text(SOURCE, encoding="ascii")
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(clock.library), str(source)]
    return clock if subprocess.run(command, check=False, capture_output=True).returncode == 0 else None
