/* The built-in programs' own call in the framer: a head of fixed size, as both ends' compiler lays it out
 * (tb-proto.h), and what follows it. Replies come in the order of their requests. */
#include "framer-private.h"

#include <string.h>

enum
{
  FRONT,  /* up to the method */
  METHOD,
  REST
};

void
tb_rpc_start (TbFeed *feed)
{
  feed->work->step = FRONT;
  tb_feed_want_body (feed, TB_RPC_METHOD_AT, true);
}

static uint32_t
number_at (const char *bytes, size_t at)
{
  uint32_t value;
  memcpy (&value, bytes + at, sizeof value);
  return value;
}

static void
front_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t size = number_at (w->text, TB_RPC_SIZE_AT);
  if (memcmp (w->text, TB_RPC_MAGIC, strlen (TB_RPC_MAGIC)) != 0 || size < TB_RPC_HEAD
      || size > TB_RPC_SIZE_MAX)
    {
      tb_feed_give_up (feed, "not a call of the built-in programs");
      return;
    }
  w->packet.code = size - TB_RPC_HEAD;
  w->error = feed->direction == TB_DIR_DOWN && number_at (w->text, TB_RPC_STATUS_AT) != 0;
  w->status = w->error ? (uint16_t) number_at (w->text, TB_RPC_STATUS_AT) : 0;
  memcpy (w->trace_id, w->text + TB_RPC_TRACE_AT, 16);
  memcpy (w->parent_id, w->text + TB_RPC_TRACE_AT + 16, 8);
  w->step = METHOD;
  tb_feed_want_body (feed, TB_RPC_HEAD - TB_RPC_METHOD_AT, true);
}

static void
message_end (TbFeed *feed)
{
  TbPending request;
  uint32_t number;
  if (feed->direction == TB_DIR_UP)
    {
      number = tb_feed_push (feed, TB_PENDING_WHOLE);
      if (number != 0)
        tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
    }
  else if (tb_feed_oldest (feed) != NULL)
    {
      number = tb_feed_pop (feed, &request);
      tb_feed_report (feed, TB_MSG_REPLY, number, &request);
    }
  else
    tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
}

static void
method_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t rest = w->packet.code;
  const char *word = feed->direction == TB_DIR_UP ? w->text : w->error ? "error" : "reply";
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, word,
                                          strnlen (word, w->text_n));
  w->step = REST;
  if (rest > 0)
    tb_feed_want_body (feed, rest, false);
  else
    message_end (feed);
}

void
tb_rpc_body_end (TbFeed *feed)
{
  switch (feed->work->step)
    {
    case FRONT:
      front_end (feed);
      break;
    case METHOD:
      method_end (feed);
      break;
    case REST:
    default:
      message_end (feed);
      break;
    }
}
