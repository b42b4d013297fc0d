/* The framer, by conversations: what was seen on a connection, and the messages it must report.
 * Each conversation is fed at once, byte by byte, and in random pieces; the messages must be the
 * same. */
#include "tb-base.h"
#include "tb-proto.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char direction; /* '>' up, '<' down, '|' the end of down; 0 ends the conversation */
  const char *bytes;
  size_t n;
} Piece;

typedef struct
{
  const char *name;
  TbProto proto;
  Piece pieces[24];
  /* a line a message: kind direction number label [start,end) flags */
  const char *expected;
  const char *note;
} Conversation;

#include "conversations.h"

#include "conversations-http2.h"

static void
dump (const TbMessage *m, void *data)
{
  static const char *const kinds[] = { "request", "reply", "one-way" };
  GString *out = data;
  g_assert_cmpuint (m->start, <, m->end);
  g_assert_true (g_utf8_validate (m->label, -1, NULL));
  g_string_append_printf (out, "%s %c %u «%s» [%lu,%lu)%s%s", kinds[m->kind],
                          m->direction == TB_DIR_UP ? '>' : '<', m->number, m->label,
                          (unsigned long) m->start, (unsigned long) m->end,
                          m->error ? " error" : "", m->last ? " last" : "");
  if (m->trace_id[0] != 0)
    g_string_append_printf (out, " trace %02x…%02x parent %02x", m->trace_id[0], m->trace_id[15],
                            m->parent_id[0]);
  g_string_append_c (out, '\n');
}

typedef size_t (*SplitFunc) (size_t left, TbRng *rng);

static size_t
split_none (size_t left, TbRng *rng)
{
  return left;
}

static size_t
split_bytes (size_t left, TbRng *rng)
{
  return 1;
}

static size_t
split_random (size_t left, TbRng *rng)
{
  return 1 + (size_t) tb_rng_below (rng, TB_MIN (left, 40));
}

static void
feed_piece (TbFramer *f, const Piece *piece, bool skip, SplitFunc split, TbRng *rng, GString *out)
{
  TbDirection d = piece->direction == '>' ? TB_DIR_UP : TB_DIR_DOWN;
  size_t n = piece->n;
  if (piece->direction == '|')
    {
      tb_framer_end (f, TB_DIR_DOWN, 7, dump, out);
      return;
    }
  for (size_t i = 0; i < n;)
    {
      size_t k = split (n - i, rng);
      uint64_t opaque = tb_framer_opaque (f, d);
      /* A copy of its own size, so that a read past it is seen by the sanitizers. */
      g_autofree char *copy = g_memdup2 (piece->bytes + i, k);
      if (skip && opaque > 0)
        tb_framer_skip (f, d, k = TB_MIN (k, opaque), 7, dump, out);
      else
        tb_framer_feed (f, d, copy, k, 7, dump, out);
      i += k;
    }
}

static char *
converse (const Conversation *c, bool skip, SplitFunc split, TbRng *rng)
{
  GString *out = g_string_new (NULL);
  TbFramer *f = g_malloc (tb_framer_size ());
  tb_framer_init (f, c->proto);
  for (const Piece *p = c->pieces; p->direction; p++)
    feed_piece (f, p, skip, split, rng, out);
  g_assert_cmpstr (tb_framer_note (f), ==, c->note);
  tb_framer_clear (f);
  g_free (f);
  return g_string_free (out, FALSE);
}

static void
test_conversation (const void *data)
{
  const Conversation *c = data;
  g_autofree char *at_once = converse (c, false, split_none, NULL);
  g_assert_cmpstr (at_once, ==, c->expected);
}

static void
test_splits (const void *data)
{
  const Conversation *c = data;
  uint64_t seed = g_test_rand_int ();
  TbRng rng;
  tb_rng_seed (&rng, seed);
  g_test_message ("seed %lu", (unsigned long) seed);
  g_autofree char *bytes = converse (c, false, split_bytes, NULL);
  g_assert_cmpstr (bytes, ==, c->expected);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *text = converse (c, i & 1, split_random, &rng);
      g_assert_cmpstr (text, ==, c->expected);
    }
}

static void
test_idle_size (void)
{
  g_test_message ("an idle framer takes %zu bytes", tb_framer_size ());
  g_assert_cmpuint (tb_framer_size (), <=, 256);
}

static void
collect (const TbMessage *m, void *data)
{
  *(TbMessage *) data = *m;
}

static void
test_times (void)
{
  TbFramer *f = g_malloc (tb_framer_size ());
  TbMessage m;
  tb_framer_init (f, TB_PROTO_RESP);
  tb_framer_feed (f, TB_DIR_UP, "*1\r\n$4", 6, 100, collect, &m);
  tb_framer_feed (f, TB_DIR_UP, "\r\nPING\r\n", 8, 200, collect, &m);
  g_assert_cmpint (m.first_ns, ==, 100);
  g_assert_cmpint (m.last_ns, ==, 200);
  g_assert_cmpuint (tb_framer_outstanding (f), ==, 1);
  tb_framer_feed (f, TB_DIR_DOWN, "+PO", 3, 500, collect, &m);
  tb_framer_feed (f, TB_DIR_DOWN, "NG\r\n", 4, 600, collect, &m);
  g_assert_cmpint (m.kind, ==, TB_MSG_REPLY);
  g_assert_cmpint (m.request_ns, ==, 200);
  g_assert_cmpint (m.first_ns, ==, 500);
  g_assert_cmpint (m.last_ns, ==, 600);
  g_assert_cmpuint (tb_framer_outstanding (f), ==, 0);
  tb_framer_clear (f);
  g_free (f);
}

static void
test_opaque_body (void)
{
  TbFramer *f = g_malloc (tb_framer_size ());
  TbMessage m = { 0 };
  tb_framer_init (f, TB_PROTO_HTTP);
  const char *head = "PUT /big HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n";
  g_assert_cmpuint (tb_framer_opaque (f, TB_DIR_UP), ==, 0);
  tb_framer_feed (f, TB_DIR_UP, head, strlen (head), 1, collect, &m);
  g_assert_cmpuint (tb_framer_opaque (f, TB_DIR_UP), ==, 1000000);
  g_assert_cmpuint (tb_framer_outstanding (f), ==, 0);
  tb_framer_skip (f, TB_DIR_UP, 999999, 2, collect, &m);
  g_assert_cmpuint (m.end, ==, 0);
  tb_framer_skip (f, TB_DIR_UP, 1, 3, collect, &m);
  g_assert_cmpuint (m.end, ==, strlen (head) + 1000000);
  g_assert_cmpint (m.last_ns, ==, 3);
  g_assert_cmpuint (tb_framer_outstanding (f), ==, 1);
  tb_framer_clear (f);
  g_free (f);
}

static void
count (const TbMessage *m, void *data)
{
  ++*(unsigned *) data;
}

static void
test_deep_pipeline (void)
{
  TbFramer *f = g_malloc (tb_framer_size ());
  unsigned n = 0;
  tb_framer_init (f, TB_PROTO_RESP);
  for (unsigned i = 0; i < TB_PIPELINE_MAX; i++)
    tb_framer_feed (f, TB_DIR_UP, "PING\r\n", 6, 1, count, &n);
  g_assert_cmpuint (n, ==, TB_PIPELINE_MAX);
  g_assert_cmpuint (tb_framer_outstanding (f), ==, TB_PIPELINE_MAX);
  for (unsigned i = 0; i < TB_PIPELINE_MAX; i++)
    tb_framer_feed (f, TB_DIR_DOWN, "+PONG\r\n", 7, 1, count, &n);
  g_assert_cmpuint (n, ==, 2 * TB_PIPELINE_MAX);
  for (unsigned i = 0; i <= TB_PIPELINE_MAX; i++)
    tb_framer_feed (f, TB_DIR_UP, "PING\r\n", 6, 1, count, &n);
  g_assert_cmpint (tb_framer_proto (f), ==, TB_PROTO_BYTES);
  g_assert_nonnull (tb_framer_note (f));
  tb_framer_clear (f);
  g_free (f);
}

static void
test_names (void)
{
  bool known;
  g_assert_cmpint (tb_proto_from_name ("redis", &known), ==, TB_PROTO_RESP);
  g_assert_true (known);
  g_assert_cmpint (tb_proto_from_name ("auto", &known), ==, TB_PROTO_UNKNOWN);
  g_assert_true (known);
  g_assert_cmpint (tb_proto_from_name ("gopher", &known), ==, TB_PROTO_UNKNOWN);
  g_assert_false (known);
  for (int i = 0; i < TB_PROTO_COUNT; i++)
    g_assert_cmpint (tb_proto_from_name (tb_proto_name ((TbProto) i), NULL), ==, i);
}

static void
add_conversations (const Conversation *list, size_t n)
{
  for (const Conversation *c = list; c < list + n; c++)
    {
      g_autofree char *whole = g_strdup_printf ("/framer/%s", c->name);
      g_autofree char *split = g_strdup_printf ("/framer/%s/in-pieces", c->name);
      g_test_add_data_func (whole, c, test_conversation);
      g_test_add_data_func (split, c, test_splits);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_conversations (conversations, G_N_ELEMENTS (conversations));
  add_conversations (conversations_http2, G_N_ELEMENTS (conversations_http2));
  g_test_add_func ("/framer/idle-is-small", test_idle_size);
  g_test_add_func ("/framer/times", test_times);
  g_test_add_func ("/framer/opaque-body", test_opaque_body);
  g_test_add_func ("/framer/deep-pipeline", test_deep_pipeline);
  g_test_add_func ("/framer/names", test_names);
  return g_test_run ();
}
