/* Kafka in the framer: the heads alone (its "Protocol Guide"). A message is a length and as many
 * bytes; a request's begin with what is asked, its version and its correlation, a reply's with the
 * correlation. A Produce that wants no acknowledgement is not answered; it is told by the field
 * acks, which stands behind a client name of any length, so such requests are let go when a later
 * one is answered. */
#include "framer-private.h"

#include <string.h>

enum
{
  SIZE,
  BODY
};

#define SIZE_MAX_KAFKA (256u << 20)

static const char *const apis[] = {
  "Produce",          "Fetch",           "ListOffsets",         "Metadata",
  "LeaderAndIsr",     "StopReplica",     "UpdateMetadata",      "ControlledShutdown",
  "OffsetCommit",     "OffsetFetch",     "FindCoordinator",     "JoinGroup",
  "Heartbeat",        "LeaveGroup",      "SyncGroup",           "DescribeGroups",
  "ListGroups",       "SaslHandshake",   "ApiVersions",         "CreateTopics",
  "DeleteTopics",     "DeleteRecords",   "InitProducerId",      "OffsetForLeaderEpoch",
  "AddPartitionsToTxn", "AddOffsetsToTxn", "EndTxn",            "WriteTxnMarkers",
  "TxnOffsetCommit",
};

void
tb_kafka_start (TbFeed *feed)
{
  feed->work->step = SIZE;
  tb_feed_want_body (feed, 4, true);
}

static void
set_label (TbWork *w, const char *name)
{
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, name, strlen (name));
}

static void
request_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t api = tb_read_u16 (w->text);
  set_label (w, api < TB_ARRAY_LENGTH (apis) ? apis[api] : "request");
  uint32_t number = tb_feed_push_tagged (feed, TB_PENDING_WHOLE, tb_read_u32 (w->text + 4));
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
}

/* Replies come in order: what is older than the one that is answered will never be. */
static void
reply_end (TbFeed *feed)
{
  uint32_t tag = tb_read_u32 (feed->work->text), number;
  TbPending request, older;
  set_label (feed->work, "reply");
  if ((number = tb_feed_take (feed, tag, &request)) == 0)
    {
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  while (tb_feed_oldest (feed) != NULL && tb_feed_oldest (feed)->number < number)
    tb_feed_pop (feed, &older);
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
}

void
tb_kafka_body_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t least = feed->direction == TB_DIR_UP ? 8 : 4;
  if (w->step == BODY)
    {
      if (feed->direction == TB_DIR_UP)
        request_end (feed);
      else
        reply_end (feed);
      return;
    }
  uint32_t size = tb_read_u32 (w->text);
  if (size < least || size > SIZE_MAX_KAFKA)
    {
      tb_feed_give_up (feed, "not a message of Kafka");
      return;
    }
  w->step = BODY;
  tb_feed_want_body (feed, size, true);
}
