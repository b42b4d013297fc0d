/* Starts tierboard-node as a process, talks to it over plain sockets, and stops it. */
#pragma once

#include "tb-base.h"

#include <glib.h>

typedef struct
{
  GPid pid;
  char *address; /* "127.94.x.y:PORT", or NULL for a client */
  char *out_path;
  int status; /* of waitpid, once it has ended */
} Node;

/* An address of this test process that is used by nothing else. */
char *node_address (void);
/* kind, then options up to NULL. A server or store gets --listen at address (NULL: a new one).
 * Returns when it is ready. */
Node *node_start (const char *kind, const char *address, ...) G_GNUC_NULL_TERMINATED;
/* As node_start(), without waiting for readiness. */
Node *node_spawn (const char *kind, const char *address, char **options);
/* Waits at most `seconds` for its end; what it has written is returned. Frees it. */
char *node_wait (Node *node, double seconds, int *status);
/* TERM, and the check that it ends well within 100 ms. */
char *node_stop (Node *node);
void node_kill (Node *node);
/* A descriptor that nodes started from here on inherit as TIERBOARD_OPERATIONS_FD; -1: none. */
extern int node_operations_fd;

/* The number after "name": in JSON or name: in INFO; fails the test where there is none. */
gint64 number_in (const char *text, const char *name);

/* ---- Sockets ---- */

int socket_to (const char *address);
void socket_send (int fd, const char *bytes, gssize n);
/* What comes until `n` bytes are there, the peer closes, or 5 s pass. */
char *socket_read (int fd, gsize n);
/* Until `end` has come. */
char *socket_read_until (int fd, const char *end);
/* Sends, and reads until the peer closes. */
char *talk (const char *address, const char *bytes);
/* GET path on a connection of its own: the whole reply. */
char *http_get (const char *address, const char *path);
/* The same with a header line, such as "Cookie: x". */
char *http_get_with (const char *address, const char *path, const char *header);
/* A listener of the test's own at address. */
int socket_listen (const char *address);

/* Whether a program is there; where not, the test is skipped saying so. */
gboolean have_program (const char *name);
/* Runs a shell command and returns what it writes; fails the test on another status than 0. */
char *run_command (const char *format, ...) G_GNUC_PRINTF (1, 2);
