/*
 * child_process.c: starting, signalling and reaping one child. Used by child_pool.c; the first
 * child of a pool is started on the thread that registers it, the others on the network thread.
 */
#include "net/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pairs(int pipes[3][2])
{
    for (int i = 0; i < 3; i++) {
        close_one(&pipes[i][0]);
        close_one(&pipes[i][1]);
    }
}

/* pipes[0] is the child's stdin (it reads [0]), pipes[1] and [2] its outputs (it writes [1]). */
static int spawn(pid_t *ret_pid, const char *const *argv, int pipes[3][2])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    if ((code = posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2)) == 0 &&
        (code = posix_spawn_file_actions_addclosefrom_np(&actions, 3)) == 0)
        code = posix_spawnp(ret_pid, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv,
                            environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* A pipe end that is 0, 1 or 2 (assay was started with it closed) would be lost by the dup2 above
 * it; it is moved up. */
static bool move_up(int *fd)
{
    if (*fd > 2)
        return true;
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (moved < 0)
        return false;
    close(*fd);
    *fd = moved;
    return true;
}

static bool open_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) < 0)
            return false;
        if (!move_up(&pipes[i][0]) || !move_up(&pipes[i][1]))
            return false;
        int ours = pipes[i][i == 0 ? 1 : 0];
        if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
            return false;
    }
    return true;
}

enum status child_process_start(struct child_process *child, const char *const *argv,
                                struct error *err)
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    if (!open_pipes(pipes)) {
        int code = errno;
        close_pairs(pipes);
        return error_set(err, STATUS_IO, "could not open pipes for '%s': %s", argv[0],
                         strerrordesc_np(code));
    }
    pid_t pid = 0;
    int code = spawn(&pid, argv, pipes);
    if (code != 0) {
        close_pairs(pipes);
        enum status status =
            code == EAGAIN || code == ENOMEM || code == EMFILE ? STATUS_IO : STATUS_CONFIG;
        error_set(err, status, "could not start '%s': %s", argv[0], strerrordesc_np(code));
        error_fix(err, "Give the program's path, or a name that PATH finds, and make it "
                       "executable.");
        return status;
    }
    *child = (struct child_process){
        .pid = pid, .in = pipes[0][1], .out = pipes[1][0], .log = pipes[2][0]};
    close_one(&pipes[0][0]);
    close_one(&pipes[1][1]);
    close_one(&pipes[2][1]);
    return STATUS_OK;
}

void child_process_close_pipes(struct child_process *child)
{
    close_one(&child->in);
    close_one(&child->out);
    close_one(&child->log);
}

void child_process_signal(const struct child_process *child, int signal_number)
{
    if (child->pid > 0)
        kill(-child->pid, signal_number);
}

bool child_process_reap(struct child_process *child, int *ret_wait_status)
{
    if (child->pid <= 0)
        return false;
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0)
        return false;
    /* Still a zombie, so the group's number is still its own: end what it left behind. */
    child_process_signal(child, SIGKILL);
    int wait_status = 0;
    while (waitpid(child->pid, &wait_status, 0) < 0 && errno == EINTR) {
    }
    child->pid = 0;
    *ret_wait_status = wait_status;
    return true;
}

void child_process_describe_end(int wait_status, char *text, size_t size)
{
    if (WIFSIGNALED(wait_status)) {
        const char *name = sigabbrev_np(WTERMSIG(wait_status));
        snprintf(text, size, "was ended by signal %s", name ? name : "?");
    } else {
        snprintf(text, size, "exited with status %d", WEXITSTATUS(wait_status));
    }
}
