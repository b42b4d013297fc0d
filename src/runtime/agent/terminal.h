/* Terminals that people attach to: the one an instance has (its past, who looks, what is typed), and
 * those of debuggers. The socket is the run's own; see tb-terminal.h.
 *
 *   a client:   accepted ── OPEN ── attached ── its end, or END sent ── gone
 *   a debugger: started by a client's OPEN ── running ── its end: END to its clients ──────────── gone
 *                                                 └─ its last client's end: hung up, killed 2 s later ┘
 *
 * Nobody who looks is waited for: what one does not take is kept up to a bound, and then left out and
 * counted. What is typed and not yet taken by the program holds back whoever types.
 *
 *   terminal.c           what is shown, and to whom: past, bounds
 *   terminal-clients.c   the socket and what its clients say
 *   terminal-debugger.c  gdb on an instance, under a leash of its own */
#pragma once

#include "agent.h"
#include "tb-terminal.h"

enum
{
  TB_TERMINAL_CLIENTS_MAX = 32,
  TB_TERMINAL_OUT_MAX = 256 << 10, /* kept for one that does not take it */
  TB_TERMINAL_PAST_MAX = 64 << 10, /* shown to one that comes later */
  TB_DEBUGGERS_MAX = 8
};

typedef struct
{
  uint32_t instance;
  bool is_debugger;
  uint16_t rows, columns;
  char *past; /* the last of what was written; NULL: not kept yet */
  size_t n_past;
  uint8_t typed[TB_TERMINAL_MESSAGE_MAX]; /* not taken yet */
  size_t n_typed;
} Terminal;

typedef struct
{
  Agent *agent;
  TbSource source;
  Terminal *terminal; /* NULL: has not said what it wants */
  uint8_t *out;       /* messages, each after its size (u16); NULL: none wait */
  size_t n_out;
  uint64_t missed; /* bytes left out since the last note of it */
  bool ending;     /* goes when all of out is sent */
} Client;

typedef struct
{
  Agent *agent;
  Terminal terminal;
  TbSource pty, control;
  TbTimer end;
  pid_t leash; /* 0: there is none */
  char sentence[TB_SENTENCE];
} Debugger;

struct TbTerminals
{
  TbSource listening;
  char *path;
  Client clients[TB_TERMINAL_CLIENTS_MAX];
  Terminal **own; /* by instance; NULL: nobody asked yet */
  uint32_t n_own;
  Debugger debuggers[TB_DEBUGGERS_MAX];
};

/* ---- What the instances say (terminal.c) ------------------------------------------------------- */

/* Listens in the run's directory; where that cannot be it is told, and nobody can attach. */
void tb_terminals_open (Agent *a);
/* Ends all clients, and forgets the socket. */
void tb_terminals_close (Agent *a);
void tb_terminals_begun (Agent *a, uint32_t instance);
void tb_terminals_ended (Agent *a, uint32_t instance);
/* As it came, before the log made a text of it. */
void tb_terminals_wrote (Agent *a, uint32_t instance, const char *bytes, size_t n);
/* There is room for what was typed. */
void tb_terminals_take_typed (Agent *a, uint32_t instance);
/* How large its terminal is, before anybody has one of it too. */
void tb_terminals_size (const Agent *a, uint32_t instance, uint16_t *rows, uint16_t *columns);
/* Debuggers of it hang up: it is to end, and nobody may hold it. */
void tb_terminals_let_go (Agent *a, uint32_t instance);

/* A terminal: out[0] is its master (non-blocking), out[1] what the program gets. */
bool tb_pty_open (int out[2], uint16_t rows, uint16_t columns);

/* ---- Between the files ------------------------------------------------------------------------- */

/* The instance's own, made where it is not there yet; has_past: and filled. */
Terminal *tb_terminal_own (Agent *a, uint32_t instance, bool has_past);
void tb_terminal_resize (Agent *a, Terminal *t, uint16_t rows, uint16_t columns);
/* False where nobody reads it. */
bool tb_terminal_type (Agent *a, Terminal *t, const char *bytes, size_t n);
bool tb_terminal_is_typed_to (const Agent *a, const Terminal *t);
/* Whatever waits is written; then its clients may type again. */
void tb_terminal_flush_typed (Agent *a, Terminal *t);
/* Keeps it, and shows it to all who look. */
void tb_terminal_show (Agent *a, Terminal *t, const char *bytes, size_t n);
/* To all of its clients; type NOTE or END, or ATTACHED with value. */
void tb_terminal_tell (Agent *a, const Terminal *t, TbTerminalMessage type, uint8_t value,
                       const char *sentence);

void tb_client_send (Client *c, const TbTerminalFrame *frame);
void tb_client_drop (Client *c);
/* Reads from them what they type, or does not while some of it waits. */
void tb_clients_listen (Agent *a, const Terminal *t);
bool tb_clients_any (const Agent *a, const Terminal *t);
void tb_clients_open (Agent *a);
void tb_clients_close (Agent *a);

/* NULL with *why (TB_SENTENCE) where it cannot be. */
Terminal *tb_debugger_start (Agent *a, uint32_t instance, uint16_t rows, uint16_t columns, char *why);
/* Of which that is the terminal. */
Debugger *tb_debugger_of (Agent *a, const Terminal *t);
void tb_debugger_hang_up (Debugger *d);
void tb_debuggers_init (Agent *a);
