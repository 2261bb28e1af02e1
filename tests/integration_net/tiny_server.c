/*
 * tiny_server.c: a far end for the faults that WireMock does not have. Its threads are detached and
 * end with their connections.
 */
#include "tiny_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
    struct tiny_server *server;
    int fd;
    uint32_t number;
};

static void must(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static int bind_port(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    must(fd >= 0, "socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    must(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    must(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    return ntohs(address.sin_port);
}

uint16_t tiny_server_free_port(void)
{
    int fd = bind_port(0);
    uint16_t port = port_of(fd);
    close(fd);
    return port;
}

static bool send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool send_text(int fd, const char *text)
{
    return send_all(fd, text, strlen(text));
}

static bool answer(int fd, const char *body)
{
    char head[160];
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
             strlen(body));
    return send_text(fd, head) && send_text(fd, body);
}

static void send_big(int fd)
{
    static char part[65536];
    memset(part, 'x', sizeof part);
    send_text(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (size_t sent = 0; sent < 10u << 20 && send_all(fd, part, sizeof part);
         sent += sizeof part) {
    }
}

/* False: the connection is to be closed. */
static bool serve(struct connection *connection, const char *head)
{
    int fd = connection->fd;
    if (strstr(head, " /cut ")) {
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789");
        return false;
    }
    if (strstr(head, " /hold ")) {
        char byte;
        while (recv(fd, &byte, 1, 0) > 0) {
        }
        return false;
    }
    if (strstr(head, " /big ")) {
        send_big(fd);
        return false;
    }
    if (strstr(head, " /drop ") && connection->number % 2 == 0)
        return false;
    if (strstr(head, " /interim "))
        send_text(fd, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nRetry-After: "
                      "9\r\n\r\n");
    if (connection->server->answer_delay_ms) {
        struct timespec delay = {.tv_nsec = connection->server->answer_delay_ms * 1000000L};
        nanosleep(&delay, NULL);
    }
    const struct tiny_server *server = connection->server;
    const char *body = server->answer ? server->answer : "{\"ok\":true}";
    if (server->chat_answer && strstr(head, "/chat/completions "))
        body = server->chat_answer;
    return answer(fd, strstr(head, " /echo ") ? head : body);
}

/* Reads one request, head and body. False: the other side has closed. */
static bool read_request(int fd, char *head, size_t room)
{
    size_t size = 0;
    const char *end = NULL;
    head[0] = '\0';
    while (!(end = strstr(head, "\r\n\r\n")) && size + 1 < room) {
        ssize_t got = recv(fd, head + size, room - 1 - size, 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        head[size] = '\0';
    }
    const char *length = strcasestr(head, "\r\ncontent-length:");
    size_t body = length ? strtoul(length + 17, NULL, 10) : 0;
    size_t have = end ? size - (size_t)(end + 4 - head) : 0;
    char part[4096];
    while (have < body) {
        ssize_t got = recv(fd, part, sizeof part, 0);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return end != NULL;
}

static void *converse(void *argument)
{
    struct connection *connection = argument;
    struct tiny_server *server = connection->server;
    char head[8192];
    while (read_request(connection->fd, head, sizeof head)) {
        atomic_fetch_add(&server->requests, 1);
        uint32_t now = atomic_fetch_add(&server->now, 1) + 1;
        uint32_t most = atomic_load(&server->most);
        while (now > most && !atomic_compare_exchange_weak(&server->most, &most, now)) {
        }
        bool goes_on = serve(connection, head);
        atomic_fetch_sub(&server->now, 1);
        if (!goes_on)
            break;
    }
    close(connection->fd);
    free(connection);
    return NULL;
}

static void *listen_for(void *argument)
{
    struct tiny_server *server = argument;
    int fd;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        must(connection != NULL, "calloc");
        *connection = (struct connection){server, fd, atomic_fetch_add(&server->connections, 1)};
        int on = 1; /* head and body go out as two packets: no waiting for the other's ACK */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        must(pthread_create(&thread, NULL, converse, connection) == 0, "pthread_create");
        pthread_detach(thread);
    }
    return NULL;
}

void tiny_server_start(struct tiny_server *server, uint16_t port)
{
    server->listener = bind_port(port);
    server->port = port_of(server->listener);
    must(listen(server->listener, 256) == 0, "listen");
    pthread_t thread;
    must(pthread_create(&thread, NULL, listen_for, server) == 0, "pthread_create");
    pthread_detach(thread);
}

void tiny_server_stop(struct tiny_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    close(server->listener);
}
