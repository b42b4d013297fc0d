/* What crosses between the agent and whoever attaches to a terminal of a run: an instance's own, or a
 * debugger's. One connection a terminal, to a private socket in the run's directory (SOCK_SEQPACKET:
 * a message is a packet). Beside the viewer's socket, so that a screen full of text never stands
 * before a fact. No GLib: the agent links this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TB_TERMINAL_SOCKET "terminal"

enum
{
  TB_TERMINAL_MESSAGE_MAX = 16384,
  TB_TERMINAL_HEAD_MAX = 8,
  TB_TERMINAL_BYTES_MAX = TB_TERMINAL_MESSAGE_MAX - TB_TERMINAL_HEAD_MAX
};

typedef enum
{
  TB_TERMINAL_OF_INSTANCE,
  TB_TERMINAL_DEBUGGER
} TbTerminalKind;

/* X (name, letter, fields): the letter is the first byte, numbers are little-endian. */
#define TB_TERMINAL_MESSAGES(X)                                                                    \
  X (OPEN, 'o', "u8 TbTerminalKind, u16 rows, u16 columns, then the instance's id")                \
  X (DATA, 'd', "bytes as typed, or as written")                                                   \
  X (SIZE, 's', "u16 rows, u16 columns")                                                           \
  X (RESTART, 'r', "the instance is started again, with a terminal of its own; under that tool: gdb …")                    \
  X (ATTACHED, 'a', "u8: 1 where it reads what is typed, 0 where it only shows")                   \
  X (NOTE, 'n', "a sentence, not the program's")                                                   \
  X (END, 'e', "a sentence: nothing more comes")

typedef enum
{
#define X(name, letter, fields) TB_TERMINAL_##name = letter,
  TB_TERMINAL_MESSAGES (X)
#undef X
} TbTerminalMessage;

typedef struct
{
  TbTerminalMessage type;
  uint8_t value; /* OPEN: TbTerminalKind; ATTACHED */
  uint16_t rows, columns;
  const char *bytes; /* not terminated; points into what was read */
  size_t n;
} TbTerminalFrame;

/* Writes to out (TB_TERMINAL_MESSAGE_MAX); at most TB_TERMINAL_BYTES_MAX of its bytes. Returns the
 * size. */
size_t tb_terminal_write (uint8_t *out, const TbTerminalFrame *frame);
/* False for what is no message. */
bool tb_terminal_read (const uint8_t *bytes, size_t n, TbTerminalFrame *frame);
/* Connects to the run of that directory: a descriptor that does not block, or -errno. */
int tb_terminal_connect (const char *run_dir);
/* Sends one, waiting at most that long for room. False when the other side is gone, or takes none. */
bool tb_terminal_send (int socket, const TbTerminalFrame *frame, int wait_ms);
