/* RESP2 and RESP3 in the framer, with what has no one-to-one reply: pushes, MONITOR, CLIENT REPLY,
 * and the replication stream. Per direction:
 *
 *   up:    START --command()--> ARGUMENTS (a "$n" line, its bytes, an empty line; n_args times)
 *              '--inline_command()--> START
 *   down:  START --value()--> VALUES, until nothing is left on the stack of aggregates --> START
 *
 * and of the connection, for a replica's:
 *
 *   commands --"+FULLRESYNC" to PSYNC--> the RDB next --rdb()--> stream
 *           '--"+CONTINUE" to PSYNC----------------------------^
 *
 * In the stream the primary sends commands downwards and nothing answers them. */
#include "framer-private.h"

#include <string.h>
#include <strings.h>

enum
{
  START,
  ARGUMENT, /* a line "$n" of a command is next */
  ARGUMENT_END,
  VALUE, /* the header line of a value is next */
  VALUE_END,
  RDB
};

static const struct
{
  const char *verb;
  TbPendingFlags flag;
} special_verbs[] = {
  { "SUBSCRIBE", TB_PENDING_SUBSCRIBE },   { "PSUBSCRIBE", TB_PENDING_SUBSCRIBE },
  { "SSUBSCRIBE", TB_PENDING_SUBSCRIBE },  { "UNSUBSCRIBE", TB_PENDING_SUBSCRIBE },
  { "PUNSUBSCRIBE", TB_PENDING_SUBSCRIBE }, { "SUNSUBSCRIBE", TB_PENDING_SUBSCRIBE },
  { "PSYNC", TB_PENDING_PSYNC },           { "SYNC", TB_PENDING_SYNC },
  { "MONITOR", TB_PENDING_MONITOR },       { "RESET", TB_PENDING_RESET },
};

static uint8_t
special_flag (const char *label)
{
  size_t n = strcspn (label, " ");
  for (size_t i = 0; i < TB_ARRAY_LENGTH (special_verbs); i++)
    if (tb_slice_is ((TbSlice) { label, n }, special_verbs[i].verb))
      return (uint8_t) special_verbs[i].flag;
  return 0;
}

/* ---- Commands ---- */

/* The verb in capitals, then the first argument; a password is no label. */
static void
label_argument (TbFeed *feed, const char *text, size_t n)
{
  TbWork *w = feed->work;
  if (w->resp.arg == 0)
    {
      w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, text, n);
      for (unsigned i = 0; i < w->label_n; i++)
        if (w->label[i] >= 'a' && w->label[i] <= 'z')
          w->label[i] = (char) (w->label[i] - 0x20);
    }
  else if (w->resp.arg == 1 && strcmp (w->label, "AUTH") != 0)
    {
      size_t at = tb_label_append (w->label, sizeof w->label, w->label_n, " ", 1);
      w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, at, text, n);
    }
  else if (w->resp.arg == 2)
    memcpy (w->resp.third, text, TB_MIN (n, sizeof w->resp.third));
}

/* CLIENT REPLY OFF and SKIP silence what they say, themselves included. */
static bool
client_reply (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint16_t *mode = &feed->framer->mode;
  bool silent = (*mode & (TB_MODE_NO_REPLY | TB_MODE_SKIP_REPLY)) != 0;
  *mode &= (uint16_t) ~TB_MODE_SKIP_REPLY;
  if (strncasecmp (w->label, "CLIENT REPLY", 13) != 0)
    return silent;
  if (strncasecmp (w->resp.third, "off", 3) == 0)
    *mode |= TB_MODE_NO_REPLY, silent = true;
  else if (strncasecmp (w->resp.third, "skip", 4) == 0)
    *mode |= TB_MODE_SKIP_REPLY, silent = true;
  else if (strncasecmp (w->resp.third, "on", 2) == 0)
    *mode &= (uint16_t) ~TB_MODE_NO_REPLY, silent = false;
  return silent;
}

static void
end_command (TbFeed *feed)
{
  TbWork *w = feed->work;
  TbFramer *f = feed->framer;
  bool ack = strcmp (w->label, "REPLCONF ACK") == 0;
  if (feed->direction == TB_DIR_DOWN || ack || (f->mode & TB_MODE_STREAM) || client_reply (feed))
    {
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  uint8_t flag = special_flag (w->label);
  if (flag == TB_PENDING_SUBSCRIBE)
    f->mode |= TB_MODE_PUBSUB;
  uint32_t number = tb_feed_push (feed, flag | TB_PENDING_WHOLE);
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
}

static void
inline_command (TbFeed *feed, const char *line, size_t n)
{
  const char *p = line, *end = line + n;
  TbSlice word;
  bool bad = false;
  TbWork *w = feed->work;
  for (w->resp.arg = 0; w->resp.arg < 3 && tb_resp_word (&p, end, &word, &bad); w->resp.arg++)
    label_argument (feed, word.p, word.n);
  if (w->resp.arg == 0 || bad || line[0] < ' ' || line[0] > '~')
    tb_feed_give_up (feed, "neither a RESP command nor an inline one");
  else
    end_command (feed);
}

static void
command (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  int64_t count;
  memset (w->resp.third, 0, sizeof w->resp.third);
  if (line[0] != '*')
    inline_command (feed, line, n);
  else if (!tb_resp_integer (line + 1, n - 1, &count) || count > 1 << 20)
    tb_feed_give_up (feed, "a RESP command with a count that cannot be");
  else if (count <= 0)
    tb_feed_restart (feed); /* as the server: nothing is answered */
  else
    {
      w->resp.arg = 0;
      w->resp.n_args = (uint32_t) count;
      w->step = ARGUMENT;
    }
}

static void
end_argument (TbFeed *feed)
{
  TbWork *w = feed->work;
  w->step = ARGUMENT;
  if (++w->resp.arg == w->resp.n_args)
    end_command (feed);
}

static void
argument (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  int64_t size;
  if (n < 2 || line[0] != '$' || !tb_resp_integer (line + 1, n - 1, &size) || size < 0)
    {
      tb_feed_give_up (feed, "a RESP command whose argument is no bulk string");
      return;
    }
  w->step = ARGUMENT_END;
  w->text_n = 0;
  if (size > 0)
    tb_feed_want_body (feed, (uint64_t) size, w->resp.arg < 3);
}

/* ---- Values ---- */

static bool
text_is (const TbWork *w, const char *name)
{
  return tb_slice_is ((TbSlice) { w->text, w->text_n }, name);
}

static bool
text_is_message (const TbWork *w)
{
  return text_is (w, "message") || text_is (w, "pmessage") || text_is (w, "smessage");
}

static bool
text_is_subscription (const TbWork *w)
{
  return w->text_n >= 9 && strncasecmp (w->text + w->text_n - 9, "subscribe", 9) == 0;
}

/* A push: nobody asked for it just now. */
static bool
is_push (const TbFeed *feed, const TbPending *oldest)
{
  const TbWork *w = feed->work;
  uint16_t mode = feed->framer->mode;
  bool asked = oldest && (oldest->flags & TB_PENDING_SUBSCRIBE);
  if (w->resp.type == '>')
    return !(asked && text_is_subscription (w));
  if (w->resp.type == '+')
    return (mode & TB_MODE_MONITOR) && w->label[1] >= '0' && w->label[1] <= '9';
  if (w->resp.type != '*' || !(mode & TB_MODE_PUBSUB) || (mode & TB_MODE_PUSHES))
    return false;
  return text_is_message (w) || (text_is_subscription (w) && !asked);
}

static void
after_reply (TbFeed *feed, uint8_t flags, const char *label, bool error)
{
  uint16_t *mode = &feed->framer->mode;
  if ((flags & TB_PENDING_MONITOR) && !error)
    *mode |= TB_MODE_MONITOR;
  if (flags & TB_PENDING_RESET)
    *mode &= (uint16_t) ~(TB_MODE_MONITOR | TB_MODE_PUBSUB | TB_MODE_PUSHES);
  if ((flags & TB_PENDING_PSYNC) && strncmp (label, "+FULLRESYNC", 11) == 0)
    *mode |= TB_MODE_RDB;
  if ((flags & TB_PENDING_PSYNC) && strncmp (label, "+CONTINUE", 9) == 0)
    *mode |= TB_MODE_STREAM;
}

static void
end_value (TbFeed *feed)
{
  TbWork *w = feed->work;
  TbPending *oldest = tb_feed_oldest (feed), request;
  if (w->resp.type == '>')
    feed->framer->mode |= TB_MODE_PUSHES;
  if (oldest == NULL || is_push (feed, oldest))
    {
      if (w->text_n > 0 && (w->resp.type == '>' || w->resp.type == '*'))
        w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, w->text, w->text_n);
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  char label[16] = "";
  memcpy (label, w->label, TB_MIN (sizeof label - 1, w->label_n));
  bool error = w->error;
  uint32_t number = tb_feed_pop (feed, &request);
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
  after_reply (feed, request.flags, label, error);
}

/* One value is whole: so may be the aggregates around it. An attribute is not a value. */
static void
value_done (TbFeed *feed)
{
  TbWork *w = feed->work;
  w->step = VALUE;
  while (--w->resp.left[w->resp.depth] == 0)
    {
      unsigned depth = w->resp.depth;
      if (depth == 0)
        {
          end_value (feed);
          return;
        }
      w->resp.depth--;
      if (w->resp.attributes >> depth & 1)
        return;
    }
}

static void
aggregate (TbFeed *feed, char type, int64_t count)
{
  TbWork *w = feed->work;
  bool pairs = type == '%' || type == '|', attribute = type == '|';
  if (count <= 0)
    {
      w->step = VALUE;
      if (!attribute)
        value_done (feed);
      return;
    }
  if (w->resp.depth == TB_RESP_DEPTH_MAX || count > 1 << 30)
    {
      tb_feed_give_up (feed, "a RESP value that is too deep or too wide");
      return;
    }
  unsigned depth = ++w->resp.depth;
  w->resp.left[depth] = (uint32_t) count * (pairs ? 2 : 1);
  w->resp.attributes = (w->resp.attributes & ~(1u << depth)) | (unsigned) attribute << depth;
  w->step = VALUE;
}

static void
bulk (TbFeed *feed, int64_t size)
{
  TbWork *w = feed->work;
  if (size < 0)
    {
      value_done (feed);
      return;
    }
  w->step = VALUE_END;
  if (size > 0)
    {
      uint8_t text_n = w->text_n;
      tb_feed_want_body (feed, (uint64_t) size, w->resp.depth > 0 && text_n == 0);
      if (!w->capture)
        w->text_n = text_n;
    }
}

static void
value (TbFeed *feed, const char *line, size_t n)
{
  int64_t size = 0;
  bool sized = strchr ("$!=*~>%|", line[0]) != NULL;
  if (n == 0 || line[0] == '\0' || strchr ("+-:_#,($!=*~>%|", line[0]) == NULL
      || (sized && (!tb_resp_integer (line + 1, n - 1, &size) || size < -1)))
    tb_feed_give_up (feed, "not a RESP value");
  else if (strchr ("$!=", line[0]) != NULL)
    bulk (feed, size);
  else if (sized)
    aggregate (feed, line[0], size);
  else
    value_done (feed);
}

static void
first_value (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  if (line[0] != '|')
    {
      /* Room is kept for the request's label. */
      size_t shown = line[0] == '-' ? 32 : 24;
      w->resp.type = line[0];
      w->error = line[0] == '-' || line[0] == '!';
      w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, line,
                                              TB_MIN (n, shown));
    }
  if (w->step == START)
    {
      w->resp.depth = 0;
      w->resp.left[0] = 1;
      w->resp.attributes = 0;
    }
  w->text_n = 0;
  w->resp.inner = line[0] != '|';
  value (feed, line, n);
}

/* ---- The RDB ---- */

static void
mark_prepare (TbWork *w, const char *mark)
{
  memcpy (w->rdb.mark, mark, TB_MARK_SIZE);
  w->rdb.fail[0] = 0;
  w->rdb.matched = 0;
  for (unsigned i = 1, k = 0; i < TB_MARK_SIZE; i++)
    {
      while (k > 0 && mark[i] != mark[k])
        k = w->rdb.fail[k - 1];
      if (mark[i] == mark[k])
        k++;
      w->rdb.fail[i] = (uint8_t) k;
    }
}

static void
end_rdb (TbFeed *feed)
{
  uint16_t *mode = &feed->framer->mode;
  const TbPending *oldest = tb_feed_oldest (feed);
  TbPending request;
  *mode = (uint16_t) ((*mode & ~TB_MODE_RDB) | TB_MODE_STREAM);
  if (oldest == NULL || !(oldest->flags & TB_PENDING_SYNC))
    {
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  uint32_t number = tb_feed_pop (feed, &request);
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
}

static void
rdb (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  int64_t size;
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, "RDB", 3);
  w->step = RDB;
  if (n == 5 + TB_MARK_SIZE && memcmp (line, "$EOF:", 5) == 0)
    {
      mark_prepare (w, line + 5);
      w->want = TB_WANT_MARK;
    }
  else if (line[0] != '$' || !tb_resp_integer (line + 1, n - 1, &size) || size < 0)
    tb_feed_give_up (feed, "no RDB where a replica was promised one");
  else if (size == 0)
    end_rdb (feed);
  else
    tb_feed_want_body (feed, (uint64_t) size, false);
}

size_t
tb_resp_mark (TbFeed *feed, const char *bytes, size_t n)
{
  TbWork *w = feed->work;
  uint64_t *offset = &feed->framer->side[feed->direction].offset;
  unsigned k = w->rdb.matched;
  size_t i = 0;
  while (i < n && k < TB_MARK_SIZE)
    {
      if (k == 0)
        {
          const char *hit = memchr (bytes + i, w->rdb.mark[0], n - i);
          i = hit ? (size_t) (hit - bytes) : n;
          if (hit == NULL)
            break;
        }
      while (k > 0 && bytes[i] != w->rdb.mark[k])
        k = w->rdb.fail[k - 1];
      if (bytes[i] == w->rdb.mark[k])
        k++;
      i++;
    }
  w->rdb.matched = (uint8_t) k;
  *offset += i;
  if (k == TB_MARK_SIZE)
    end_rdb (feed);
  return i;
}

/* ---- Dispatch ---- */

/* To SYNC, of old, the RDB itself is the answer. */
static bool
rdb_is_next (TbFeed *feed, char first)
{
  const TbPending *oldest = tb_feed_oldest (feed);
  if (feed->framer->mode & TB_MODE_RDB)
    return true;
  return first == '$' && oldest != NULL && (oldest->flags & TB_PENDING_SYNC);
}

static void
start (TbFeed *feed, const char *line, size_t n)
{
  if (n == 0)
    tb_feed_restart (feed); /* a primary's sign of life, or an empty inline command */
  else if (feed->direction == TB_DIR_UP || (feed->framer->mode & TB_MODE_STREAM))
    command (feed, line, n);
  else if (rdb_is_next (feed, line[0]))
    rdb (feed, line, n);
  else
    first_value (feed, line, n);
}

void
tb_resp_line (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  if (w->step == START)
    start (feed, line, n);
  else if (w->step == ARGUMENT)
    argument (feed, line, n);
  else if (w->step == VALUE && !w->resp.inner && w->resp.depth == 0)
    first_value (feed, line, n);
  else if (w->step == VALUE)
    value (feed, line, n);
  else if (n > 0)
    tb_feed_give_up (feed, "a bulk string that is longer than its size");
  else if (w->step == ARGUMENT_END)
    end_argument (feed);
  else
    value_done (feed);
}

void
tb_resp_body_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  if (w->step == RDB)
    end_rdb (feed);
  else if (w->step == ARGUMENT_END && w->resp.arg < 3)
    label_argument (feed, w->text, w->text_n);
}
