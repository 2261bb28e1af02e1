/*
 * tiny_server.h: an HTTP server that misbehaves as its path says; one thread a connection.
 *
 *   /echo        the request's own head as the body
 *   /cut         promises 1000 bytes, sends 10, closes
 *   /hold        reads and never answers
 *   /big         a body of 10 MB without a length
 *   /interim     100 Continue and 103 Early Hints, then the answer
 *   /drop        closes every other connection before answering
 *   anything     200 with `answer`; .../chat/completions with `chat_answer`
 */
#ifndef ASSAY_TESTS_TINY_SERVER_H
#define ASSAY_TESTS_TINY_SERVER_H

#include <stdatomic.h>
#include <stdint.h>

struct tiny_server {
    uint16_t port;
    int listener;
    _Atomic uint32_t connections;
    _Atomic uint32_t requests;
    _Atomic uint32_t now;  /* requests being answered */
    _Atomic uint32_t most; /* the highest `now` */
    uint32_t answer_delay_ms;
    const char *answer;      /* NULL: {"ok":true} */
    const char *chat_answer; /* NULL: as `answer` */
};

/* A free loopback port that nothing listens on. */
uint16_t tiny_server_free_port(void);
/* port 0: any. */
void tiny_server_start(struct tiny_server *server, uint16_t port);
void tiny_server_stop(struct tiny_server *server);

#endif
