/* NATS in the framer (its "Client Protocol", and what its servers say to each other in a cluster):
 * lines, some of them followed by a payload.
 *
 *   OPERATION --PUB, HPUB, MSG, HMSG--> PAYLOAD (and its line end) --> OPERATION
 *
 * Nothing is answered where it was asked: a reply is a message on a subject of its own. So all but
 * PING and its PONG is one way. */
#include "framer-private.h"

#include <string.h>
#include <strings.h>

#define PAYLOAD_MAX (64u << 20)

static const struct
{
  const char *verb;
  bool payload, error;
  bool account; /* between servers: the subject follows the name of an account */
} operations[] = {
  { "INFO", false, false }, { "CONNECT", false, false }, { "PUB", true, false },
  { "HPUB", true, false },  { "MSG", true, false },      { "HMSG", true, false },
  { "SUB", false, false },  { "UNSUB", false, false },   { "PING", false, false },
  { "PONG", false, false }, { "+OK", false, false },     { "-ERR", false, true },
  { "RMSG", true, false, true },  { "LMSG", true, false },        { "RS+", false, false, true },
  { "RS-", false, false, true },  { "LS+", false, false, false }, { "LS-", false, false, false },
  { "A+", false, false },         { "A-", false, false },
};

static int
operation_of (const char *line, size_t n)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (operations); i++)
    {
      size_t length = strlen (operations[i].verb);
      bool ends = n == length || (n > length && (line[length] == ' ' || line[length] == '\t'));
      if (ends && strncasecmp (line, operations[i].verb, length) == 0)
        return (int) i;
    }
  return -1;
}

static size_t
next_word (const char *line, size_t n, size_t *at)
{
  size_t end;
  while (*at < n && line[*at] == ' ')
    (*at)++;
  for (end = *at; end < n && line[end] != ' ';)
    end++;
  return end;
}

/* "PUB orders.new": the subject, not what CONNECT says of its user. */
static void
set_label (TbWork *w, const char *line, size_t n, const char *verb, bool account)
{
  size_t at = strlen (verb), end;
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, verb, at);
  end = next_word (line, n, &at);
  if (account)
    {
      at = end;
      end = next_word (line, n, &at);
    }
  if (end > at && line[at] != '{')
    {
      size_t to = tb_label_append (w->label, sizeof w->label, w->label_n, " ", 1);
      w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, to, line + at, end - at);
    }
}

/* The last word: how many bytes follow. */
static bool
payload_size (const char *line, size_t n, uint64_t *size)
{
  size_t digits = 0;
  while (n > 0 && line[n - 1] == ' ')
    n--;
  *size = 0;
  while (digits < n && digits < 9 && line[n - 1 - digits] >= '0' && line[n - 1 - digits] <= '9')
    digits++;
  for (size_t i = n - digits; i < n; i++)
    *size = *size * 10 + (uint64_t) (line[i] - '0');
  return digits > 0 && digits < n && line[n - 1 - digits] == ' ' && *size <= PAYLOAD_MAX;
}

static void
ping (TbFeed *feed)
{
  uint32_t number = tb_feed_push (feed, TB_PENDING_WHOLE);
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
}

static void
pong (TbFeed *feed)
{
  TbPending request;
  uint32_t number = tb_feed_pop (feed, &request);
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
}

static void
short_operation (TbFeed *feed)
{
  TbWork *w = feed->work;
  if (feed->direction == TB_DIR_UP && strcmp (w->label, "PING") == 0)
    ping (feed);
  else if (feed->direction == TB_DIR_DOWN && strcmp (w->label, "PONG") == 0
           && tb_feed_oldest (feed) != NULL)
    pong (feed);
  else
    tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
}

void
tb_nats_line (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  uint64_t size;
  if (n == 0)
    {
      tb_feed_restart (feed);
      return;
    }
  int operation = operation_of (line, n);
  if (operation < 0)
    {
      tb_feed_give_up (feed, "not an operation of NATS");
      return;
    }
  set_label (w, line, n, operations[operation].verb, operations[operation].account);
  w->error = operations[operation].error;
  if (!operations[operation].payload)
    short_operation (feed);
  else if (payload_size (line, n, &size))
    tb_feed_want_body (feed, size + 2, false);
  else
    tb_feed_give_up (feed, "not a size of NATS");
}

void
tb_nats_body_end (TbFeed *feed)
{
  tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
}
