// Loaded in front of a program (LD_PRELOAD), moves its clocks by as many seconds as stand in the
// file FALSE_CLOCK: the wall clock, and with FALSE_CLOCK_ALL set the monotonic one as well. Does
// what libfaketime does, which cannot be loaded beside AddressSanitizer: no call of the C library
// is made here that may come back.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    char text[32] = {0};
    const char* path = getenv("FALSE_CLOCK");
    const int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return 0;
    }
    syscall(SYS_read, file, text, sizeof(text) - 1);
    syscall(SYS_close, file);
    return atol(text);
}

int clock_gettime(clockid_t which, struct timespec* now) {
    const int failed = (int)syscall(SYS_clock_gettime, which, now);
    const int moved =
        which == CLOCK_REALTIME || (which == CLOCK_MONOTONIC && getenv("FALSE_CLOCK_ALL"));
    if (!failed && moved) {
        now->tv_sec += offset();
    }
    return failed;
}
