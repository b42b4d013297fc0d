/* See tb-terminal.h. */
#include "tb-terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tb-base.h"

/* What stands before a message's bytes: rows and columns, and a byte before or alone. */
static bool
has_value (TbTerminalMessage type)
{
  return type == TB_TERMINAL_OPEN || type == TB_TERMINAL_ATTACHED;
}

static bool
has_size (TbTerminalMessage type)
{
  return type == TB_TERMINAL_OPEN || type == TB_TERMINAL_SIZE;
}

size_t
tb_terminal_write (uint8_t *out, const TbTerminalFrame *frame)
{
  size_t at = 0, n = TB_MIN (frame->n, (size_t) TB_TERMINAL_BYTES_MAX);
  out[at++] = (uint8_t) frame->type;
  if (has_value (frame->type))
    out[at++] = frame->value;
  if (has_size (frame->type))
    {
      const uint8_t size[] = { (uint8_t) frame->rows, (uint8_t) (frame->rows >> 8),
                               (uint8_t) frame->columns, (uint8_t) (frame->columns >> 8) };
      memcpy (out + at, size, sizeof size);
      at += sizeof size;
    }
  if (n > 0)
    memcpy (out + at, frame->bytes, n);
  return at + n;
}

bool
tb_terminal_read (const uint8_t *bytes, size_t n, TbTerminalFrame *frame)
{
  static const char letters[] = {
#define X(name, letter, fields) letter,
    TB_TERMINAL_MESSAGES (X)
#undef X
  };
  size_t at = 1;
  *frame = (TbTerminalFrame) { 0 };
  if (n == 0 || memchr (letters, bytes[0], sizeof letters) == NULL)
    return false;
  frame->type = (TbTerminalMessage) bytes[0];
  if (n < at + has_value (frame->type) + (has_size (frame->type) ? 4u : 0u))
    return false;
  if (has_value (frame->type))
    frame->value = bytes[at++];
  if (has_size (frame->type))
    {
      frame->rows = (uint16_t) (bytes[at] | bytes[at + 1] << 8);
      frame->columns = (uint16_t) (bytes[at + 2] | bytes[at + 3] << 8);
      at += 4;
    }
  frame->bytes = (const char *) bytes + at;
  frame->n = n - at;
  return true;
}

int
tb_terminal_connect (const char *run_dir)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int n = snprintf (address.sun_path, sizeof address.sun_path, "%s/" TB_TERMINAL_SOCKET, run_dir);
  if (n < 0 || n >= (int) sizeof address.sun_path)
    return -ENAMETOOLONG;
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  int error = errno;
  close (fd);
  return -error;
}

bool
tb_terminal_send (int socket, const TbTerminalFrame *frame, int wait_ms)
{
  uint8_t bytes[TB_TERMINAL_MESSAGE_MAX];
  size_t n = tb_terminal_write (bytes, frame);
  for (;;)
    {
      struct pollfd room = { socket, POLLOUT, 0 };
      if (send (socket, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        return true;
      if (errno != EINTR && (errno != EAGAIN || poll (&room, 1, wait_ms) <= 0))
        return false;
    }
}
