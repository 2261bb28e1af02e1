/* TLS against `openssl s_server`: a certificate that is not trusted ends the call, one that is
 * trusted does not. */
#include "loop_helper.h"
#include "tiny_server.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char folder[] = "assay-tls-XXXXXX";

static pid_t start(const char *const *argv)
{
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
    int code = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code == 0 ? pid : 0;
}

static void make_certificate(const char *certificate, const char *key)
{
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=far end",
                                "-addext",
                                "subjectAltName=IP:127.0.0.1",
                                "-keyout",
                                key,
                                "-out",
                                certificate,
                                NULL};
    pid_t pid = start(argv);
    int status = 1;
    if (pid == 0)
        cr_skip_test("openssl is not installed");
    waitpid(pid, &status, 0);
    cr_assert(eq(int, status, 0));
}

Test(tls, only_a_trusted_certificate_gets_the_call)
{
    char certificate[64];
    char key[64];
    char port[32];
    char url[64];
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    snprintf(certificate, sizeof certificate, "%s/certificate", folder);
    snprintf(key, sizeof key, "%s/key", folder);
    make_certificate(certificate, key);
    uint16_t number = tiny_server_free_port();
    snprintf(port, sizeof port, "127.0.0.1:%u", number);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", number);
    const char *const argv[] = {"openssl", "s_server", "-accept", port,     "-cert", certificate,
                                "-key",    key,        "-www",    "-quiet", NULL};
    pid_t server = start(argv);
    struct call_loop *loop = loop_helper_loop((struct call_loop_options){
        .retry = {.base_ms = 20, .cap_ms = 100, .max_attempts = 200, .budget_percent = 100}});
    struct far_end_options trusting = {.ca_file = certificate, .breaker_failures = 1000};
    struct call call = {.method = CALL_GET, .url = url};
    call.far_end = loop_helper_far_end(loop, trusting);
    struct call_result result = loop_helper_ask(loop, call); /* waits until it listens */
    cr_expect(eq(int, result.outcome, CALL_OK), "%s", result.error);
    call_result_done(&result);
    call.far_end = loop_helper_far_end(loop, (struct far_end_options){0});
    result = loop_helper_ask(loop, call);
    cr_expect(eq(int, result.outcome, CALL_CONNECT), "%s", result.error);
    cr_expect(eq(u32, result.attempts, 1), "asking again makes no certificate right");
    cr_expect(ne(ptr, strstr(result.error, "certificate"), NULL), "%s", result.error);
    call_result_done(&result);
    call_loop_destroy(loop);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(certificate);
    unlink(key);
    rmdir(folder);
}
