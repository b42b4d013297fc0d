/* PostgreSQL's protocol 3 in the framer (its documentation, chapter "Frontend/Backend Protocol").
 *
 * A part is a type, a length and a body; a startup packet has no type, and is known by its first
 * byte, which is 0. A message of ours is several parts:
 *
 *   up:    PART --startup packet, Q, F--> a request
 *           |--P B E D C H … until S--> one request
 *           |--p--> one way (a password; its label says no more)
 *           '--d … until c or f--> one way (rows of a COPY)
 *   down:  PART … until Z--> the reply: the server is ready for the next one
 *           |--A N S with nothing asked--> one way
 *           '--d in a replication stream--> one way, each
 *
 * Whether encryption may begin is asked before the startup packet, and answered by one byte. */
#include "framer-private.h"

#include <string.h>

enum
{
  HEAD, /* type and length */
  STARTUP_HEAD,
  ANSWER, /* one byte, S or N */
  BODY
};

#define SSL_CODE (TB_PG_SPECIAL << 16 | 5679)
#define GSS_CODE (TB_PG_SPECIAL << 16 | 5680)
#define CANCEL_CODE (TB_PG_SPECIAL << 16 | 5678)
#define PART_MAX (1u << 30)

void
tb_postgres_start (TbFeed *feed)
{
  TbWork *w = feed->work;
  memset (&w->packet, 0, sizeof w->packet);
  bool answer = feed->direction == TB_DIR_DOWN && (feed->framer->mode & TB_MODE_PG_ASKED);
  w->step = answer ? ANSWER : HEAD;
  tb_feed_want_body (feed, answer ? 1 : 5, true);
}

/* The next part of the same message. */
static void
next_part (TbFeed *feed)
{
  feed->work->step = HEAD;
  tb_feed_want_body (feed, 5, true);
}

/* ---- Labels ------------------------------------------------------------------------------------ */

/* A text that ends with a 0 or with what was captured, from at on. */
static size_t
text_at (const TbWork *w, size_t at)
{
  size_t n = 0;
  while (at + n < w->text_n && w->text[at + n] != '\0')
    n++;
  return n;
}

static void
set_label (TbWork *w, const char *word, const char *text, size_t n)
{
  size_t at = tb_label_append (w->label, sizeof w->label, 0, word, strlen (word));
  if (at > 0 && n > 0)
    at = tb_label_append (w->label, sizeof w->label, at, " ", 1);
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, at, text, n);
}

/* Name of the statement, then its text. */
static void
label_parse (TbWork *w)
{
  size_t name = text_at (w, 0) + 1;
  if (name <= w->text_n)
    set_label (w, "", w->text + name, text_at (w, name));
}

/* Name of the portal, then of the statement, which has a name only where it was made before. */
static void
label_bind (TbWork *w)
{
  size_t at = text_at (w, 0) + 1;
  if (at <= w->text_n && w->label_n == 0)
    set_label (w, "EXECUTE", w->text + at, text_at (w, at));
}

/* Of an error: its SQLSTATE, the field C. */
static void
label_error (TbWork *w)
{
  size_t at = 0;
  while (at < w->text_n && w->text[at] != 'C' && w->text[at] != '\0')
    at += 2 + text_at (w, at + 1);
  if (at < w->text_n && w->text[at] == 'C')
    set_label (w, "error", w->text + at + 1, text_at (w, at + 1));
  else
    set_label (w, "error", "", 0);
  w->error = true;
}

/* ---- Up ---------------------------------------------------------------------------------------- */

static void
end_request (TbFeed *feed)
{
  uint32_t number = tb_feed_push (feed, TB_PENDING_WHOLE);
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
}

static void
end_one_way (TbFeed *feed, const char *word)
{
  set_label (feed->work, word, "", 0);
  tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
}

static void
end_startup (TbFeed *feed)
{
  TbWork *w = feed->work;
  if (w->packet.code == SSL_CODE || w->packet.code == GSS_CODE)
    {
      feed->framer->mode |= TB_MODE_PG_ASKED;
      set_label (w, w->packet.code == SSL_CODE ? "SSLRequest" : "GSSENCRequest", "", 0);
      end_request (feed);
    }
  else if (w->packet.code == CANCEL_CODE)
    end_one_way (feed, "CancelRequest");
  else
    {
      set_label (w, "startup", "", 0);
      end_request (feed);
    }
}

/* Sync while a COPY goes on only tells where it ends. */
static void
end_sync (TbFeed *feed)
{
  if (feed->framer->mode & TB_MODE_PG_COPY)
    end_one_way (feed, "Sync");
  else
    end_request (feed);
}

static void
end_query (TbFeed *feed)
{
  set_label (feed->work, "", feed->work->text, text_at (feed->work, 0));
  end_request (feed);
}

static void
part_up (TbFeed *feed)
{
  TbWork *w = feed->work;
  switch (w->packet.type)
    {
    case 0:
      end_startup (feed);
      return;
    case 'Q':
      end_query (feed);
      return;
    case 'F':
      set_label (w, "FunctionCall", "", 0);
      end_request (feed);
      return;
    case 'S':
      end_sync (feed);
      return;
    case 'p':
      end_one_way (feed, "password");
      return;
    case 'X':
      end_one_way (feed, "Terminate");
      return;
    case 'd':
      if (feed->framer->mode & TB_MODE_PG_STREAM)
        end_one_way (feed, "CopyData");
      else
        next_part (feed);
      return;
    case 'c':
    case 'f':
      end_one_way (feed, w->packet.type == 'c' ? "CopyData" : "CopyFail");
      return;
    case 'P':
      label_parse (w);
      break;
    case 'B':
      label_bind (w);
      break;
    default:
      break;
    }
  next_part (feed);
}

/* ---- Down -------------------------------------------------------------------------------------- */

static void
end_reply (TbFeed *feed)
{
  TbPending request;
  if (tb_feed_oldest (feed) == NULL)
    {
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  uint32_t number = tb_feed_pop (feed, &request);
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
}

static void
copy_begins (TbFeed *feed)
{
  uint16_t *mode = &feed->framer->mode;
  if (feed->work->packet.type == 'W')
    {
      *mode |= TB_MODE_PG_STREAM;
      set_label (feed->work, "streaming", "", 0);
      end_reply (feed);
      return;
    }
  *mode |= TB_MODE_PG_COPY;
  next_part (feed);
}

static bool
is_unasked (const TbFeed *feed)
{
  char type = (char) feed->work->packet.type;
  bool first = feed->work->packet.first == (uint8_t) type && feed->work->label_n == 0;
  return type == 'A'
         || (first && (type == 'N' || type == 'S')
             && tb_feed_oldest ((TbFeed *) feed) == NULL);
}

static void
part_down (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint16_t *mode = &feed->framer->mode;
  switch (w->packet.type)
    {
    case 'Z':
      *mode &= (uint16_t) ~(TB_MODE_PG_COPY | TB_MODE_PG_STREAM);
      if (w->label_n == 0)
        set_label (w, "ready", "", 0);
      end_reply (feed);
      return;
    case 'C':
      set_label (w, "", w->text, text_at (w, 0));
      break;
    case 'E':
      label_error (w);
      break;
    case 'G':
    case 'W':
      copy_begins (feed);
      return;
    case 'd':
      if (!(*mode & TB_MODE_PG_STREAM))
        break;
      end_one_way (feed, "CopyData");
      return;
    default:
      break;
    }
  if (is_unasked (feed))
    end_one_way (feed, w->packet.type == 'A' ? "notification" : "notice");
  else
    next_part (feed);
}

static void
answer (TbFeed *feed)
{
  char said = feed->work->text[0];
  feed->framer->mode &= (uint16_t) ~TB_MODE_PG_ASKED;
  set_label (feed->work, "", &said, 1);
  if (said != 'S' && said != 'G' && said != 'N')
    {
      tb_feed_give_up (feed, "not PostgreSQL's answer to a request for encryption");
      return;
    }
  end_reply (feed);
  if (said != 'N')
    tb_feed_leave (feed, "it is encrypted from here on");
}

/* ---- Parts ------------------------------------------------------------------------------------- */

static void
part_end (TbFeed *feed)
{
  if (feed->direction == TB_DIR_UP)
    part_up (feed);
  else
    part_down (feed);
}

static void
want_rest (TbFeed *feed, uint32_t rest)
{
  feed->work->step = BODY;
  if (rest > 0)
    tb_feed_want_body (feed, rest, true);
  else
    {
      feed->work->text_n = 0;
      part_end (feed);
    }
}

static bool
is_type (char type)
{
  return (type >= 'A' && type <= 'Z') || (type >= 'a' && type <= 'z') || (type >= '1' && type <= '3');
}

/* Of a startup packet five bytes are a length and the first of its code. */
static void
head (TbFeed *feed)
{
  TbWork *w = feed->work;
  if (w->text[0] == '\0' && feed->direction == TB_DIR_UP && w->packet.first == 0)
    {
      w->packet.code = tb_read_u32 (w->text);
      w->packet.type = (uint8_t) w->text[4];
      w->step = STARTUP_HEAD;
      tb_feed_want_body (feed, 3, true);
      return;
    }
  uint32_t length = tb_read_u32 (w->text + 1);
  if (!is_type (w->text[0]) || length < 4 || length > PART_MAX)
    {
      tb_feed_give_up (feed, "not a message of PostgreSQL");
      return;
    }
  w->packet.type = (uint8_t) w->text[0];
  if (w->packet.first == 0)
    w->packet.first = w->packet.type;
  want_rest (feed, length - 4);
}

static void
startup_head (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t length = w->packet.code;
  w->packet.code = (uint32_t) w->packet.type << 24 | tb_read_u16 (w->text) << 8 | (uint8_t) w->text[2];
  w->packet.type = 0;
  if (length < 8 || length > TB_PG_STARTUP_MAX)
    tb_feed_give_up (feed, "not a startup packet of PostgreSQL");
  else
    want_rest (feed, length - 8);
}

void
tb_postgres_body_end (TbFeed *feed)
{
  switch (feed->work->step)
    {
    case HEAD:
      head (feed);
      break;
    case STARTUP_HEAD:
      startup_head (feed);
      break;
    case ANSWER:
      answer (feed);
      break;
    default:
      part_end (feed);
    }
}
