/* What a person does with messages that are held: each arrives when, as often and in the order in which
 * it was let go, at a real server, over several connections. */
#include "taps-fixture.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7300
#define CONNS 3
#define LINES 5

/* ---- A server of many, and clients that write down what they hear ----------------------------- */

/* Each line comes back with a plus before it: RESP's simple strings. */
static void
echo_lines (int fd)
{
  char bytes[4096], out[4200];
  gsize n = 0, size = 0;
  ssize_t got = read (fd, bytes, sizeof bytes);
  if (got <= 0)
    return;
  gboolean fresh = TRUE;
  for (n = 0; n < (gsize) got; n++)
    {
      if (fresh)
        out[size++] = '+';
      fresh = bytes[n] == '\n';
      out[size++] = bytes[n];
    }
  fx_write (fd, out, size);
}

static int
serve (Fixture *fx, int ready, void *data)
{
  struct pollfd fds[16] = { { fx_listen (INADDR_ANY, PORT), POLLIN, 0 } };
  nfds_t n = 1;
  fx_say_ready (ready);
  while (poll (fds, n, -1) > 0)
    {
      if (fds[0].revents && n < G_N_ELEMENTS (fds))
        fds[n++] = (struct pollfd) { accept (fds[0].fd, NULL, NULL), POLLIN, 0 };
      for (nfds_t i = 1; i < n; i++)
        if (fds[i].revents)
          {
            char byte;
            if (recv (fds[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
              {
                close (fds[i].fd);
                fds[i].fd = -1;
              }
            else
              echo_lines (fds[i].fd);
          }
    }
  return 0;
}

/* Memory that the children share with the test. */
typedef struct
{
  volatile gboolean sent, enough; /* all lines are out; nothing more is to be heard */
  char heard[CONNS][4000];
} Shared;

static Shared *shared;

/* Connection i sends "i0" "i1" … at once; the connections one after the other. */
static int
send_and_hear (Fixture *fx, int ready, void *data)
{
  struct pollfd fds[CONNS];
  gsize n[CONNS] = { 0 };
  for (int i = 0; i < CONNS; i++)
    {
      char text[LINES * 8];
      gsize size = 0;
      fds[i] = (struct pollfd) { fx_dial (fx, 1, PORT), POLLIN, 0 };
      for (int k = 0; k < LINES; k++)
        size += (gsize) snprintf (text + size, sizeof text - size, "%c%d\r\n", 'A' + i, k);
      fx_write (fds[i].fd, text, size);
    }
  shared->sent = TRUE;
  while (!shared->enough)
    if (poll (fds, CONNS, 10) > 0)
      for (int i = 0; i < CONNS; i++)
        if (fds[i].revents & POLLIN)
          {
            ssize_t got = read (fds[i].fd, shared->heard[i] + n[i], sizeof shared->heard[i] - n[i] - 1);
            n[i] += got > 0 ? (gsize) got : 0;
          }
  return 0;
}

static gboolean
holds (Fixture *fx, gpointer n)
{
  return fx->held_total == GPOINTER_TO_UINT (n);
}

static gboolean
hears (Fixture *fx, gpointer what)
{
  const char *const *expected = what;
  for (int i = 0; i < CONNS; i++)
    if (strcmp (shared->heard[i], expected[i]) != 0)
      return FALSE;
  return TRUE;
}

static void
begin (Fixture *fx, const char *fault, guint held)
{
  shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_RESP);
  fx_start (fx);
  fx_serve (fx, 1, serve, NULL);
  fx_toxic (fx, "h", fault);
  fx_run (fx, 0, send_and_hear, NULL);
  fx_until (fx, holds, GUINT_TO_POINTER (held));
}

static void
finish (Fixture *fx)
{
  shared->enough = TRUE;
}

static const TbWireHeld *
at (Fixture *fx, guint i)
{
  g_assert_cmpuint (i, <, fx->held->len);
  return &g_array_index (fx->held, TbWireHeld, i);
}

/* "A1": 0 where it is not told of. */
static uint64_t
id_of (Fixture *fx, const char *label)
{
  for (guint i = 0; i < fx->held->len; i++)
    if (strcmp (at (fx, i)->label, label) == 0)
      return at (fx, i)->id;
  g_test_message ("%s is not held", label);
  return 0;
}

static char *
labels (Fixture *fx)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < fx->held->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", at (fx, i)->label);
  return g_string_free (text, FALSE);
}

static void
assert_list (Fixture *fx, const char *expected)
{
  g_autofree char *text = labels (fx);
  g_assert_cmpstr (text, ==, expected);
}

/* What each connection has heard, with "|" for the ends of lines. */
static void
await_heard (Fixture *fx, const char *a, const char *b, const char *c)
{
  const char *texts[CONNS] = { a, b, c };
  char *expected[CONNS];
  for (int i = 0; i < CONNS; i++)
    {
      g_auto (GStrv) lines = g_strsplit (texts[i], " ", -1);
      GString *text = g_string_new (NULL);
      for (guint k = 0; lines[k] != NULL; k++)
        g_string_append_printf (text, "+%s\r\n", lines[k]);
      expected[i] = g_string_free (text, FALSE);
    }
  fx_until (fx, hears, expected);
  for (int i = 0; i < CONNS; i++)
    g_free (expected[i]);
}

/* ---- The list --------------------------------------------------------------------------------- */

static void
test_what_waits_is_listed_in_its_order (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  g_assert_cmpuint (fx->held->len, ==, CONNS * LINES);
  for (guint i = 0; i < fx->held->len; i++)
    {
      const TbWireHeld *h = at (fx, i);
      g_assert_cmpuint (h->id, ==, i + 1);
      g_assert_cmpint (h->direction, ==, TB_DIR_UP);
      g_assert_cmpint (h->kind, ==, TB_EVENT_REQUEST);
      g_assert_cmpuint (h->size, ==, 4);
      g_assert_cmpuint (h->from, ==, 0);
      g_assert_cmpuint (h->to, ==, 1);
      g_assert_cmpuint (h->link, ==, 0);
      g_assert_true (h->in_line);
      g_assert_cmpuint (h->behind, ==, 0);
      g_assert_cmpint (h->next, ==, h->number == 1);
      g_assert_cmpint (h->since_ns, >, 0);
    }
  finish (fx);
}

static void
test_what_waits_behind_is_counted (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,match=?2,stream=upstream", CONNS);
  for (guint i = 0; i < CONNS; i++)
    {
      g_assert_cmpuint (at (fx, i)->behind, ==, 2);
      g_assert_cmpuint (at (fx, i)->number, ==, 3);
    }
  await_heard (fx, "A0 A1", "B0 B1", "C0 C1");
  fx_heal (fx, "h");
  fx_until (fx, holds, NULL);
  await_heard (fx, "A0 A1 A2 A3 A4", "B0 B1 B2 B3 B4", "C0 C1 C2 C3 C4");
  finish (fx);
}

/* ---- What is done ----------------------------------------------------------------------------- */

static void
test_one_overtakes_those_before_it (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, id_of (fx, "A2"), 0), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, 0, 0), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, id_of (fx, "B0"), 0), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, 0, 0), ==, "");
  g_assert_cmpuint (fx->held_total, ==, CONNS * LINES - 4);
  assert_list (fx, "A3 A4 B1 B2 B3 B4 C0 C1 C2 C3 C4");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE_ALL, 0, 0), ==, "");
  assert_list (fx, "");
  await_heard (fx, "A2 A0 A1 A3 A4", "B0 B1 B2 B3 B4", "C0 C1 C2 C3 C4");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, 0, 0), ==, "nothing is held");
  finish (fx);
}

static void
test_dropped_and_doubled (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,match=?1,stream=upstream", CONNS);
  uint64_t gone = id_of (fx, "A1");
  g_assert_cmpstr (fx_held (fx, TB_HELD_DROP, gone, 0), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_DUPLICATE, id_of (fx, "B1"), 0), ==, "");
  assert_list (fx, "B1 B1 C1");
  g_assert_cmpstr (fx_held (fx, TB_HELD_DROP, gone, 0), ==, "it is not held any more");
  await_heard (fx, "A0 A2 A3 A4", "B0", "C0"); /* what was behind the dropped one has gone on */
  g_assert_cmpstr (fx_held (fx, TB_HELD_DROP, at (fx, 0)->id, 0), ==, "");
  await_heard (fx, "A0 A2 A3 A4", "B0", "C0"); /* its double is before the others */
  g_assert_cmpstr (fx_held (fx, TB_HELD_DUPLICATE, at (fx, 0)->id, 0), ==, "");
  fx_heal (fx, "h");
  await_heard (fx, "A0 A2 A3 A4", "B0 B1 B1 B2 B3 B4", "C0 C1 C2 C3 C4");
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.dropped, ==, 2);
  g_assert_cmpuint (row.up.duplicated, ==, 2);
  g_assert_cmpuint (row.up.delivered, ==, CONNS * LINES);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DROPPED), ==, 2);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DUPLICATED), ==, 2);
  finish (fx);
}

static void
test_two_of_one_connection_change_places (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "A3"), id_of (fx, "A0")), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "B0"), id_of (fx, "B1")), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "C0"), id_of (fx, "C4")), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "C0"), id_of (fx, "C0")), ==,
                   "it cannot change places with itself");
  assert_list (fx, "A3 A1 A2 A0 A4 B1 B0 B2 B3 B4 C4 C1 C2 C3 C0");
  fx_heal (fx, "h");
  await_heard (fx, "A3 A1 A2 A0 A4", "B1 B0 B2 B3 B4", "C4 C1 C2 C3 C0");
  finish (fx);
}

static void
test_two_connections_change_their_turns (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "A0"), id_of (fx, "B0")), ==, "");
  assert_list (fx, "B0 A0 A1 A2 A3 A4 B1 B2 B3 B4 C0 C1 C2 C3 C4");
  g_assert_cmpstr (fx_held (fx, TB_HELD_SWAP, id_of (fx, "C1"), id_of (fx, "A0")), ==, "");
  assert_list (fx, "B0 C0 A0 A1 A2 A3 B1 B2 B3 B4 C1 A4 C2 C3 C4");
  for (int i = 0; i < 3; i++)
    g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, 0, 0), ==, "");
  await_heard (fx, "A0", "B0", "C0");
  tb_taps_step_fault (fx->taps, "h", 2);
  await_heard (fx, "A0 A1 A2", "B0", "C0");
  finish (fx);
}

static gboolean
is_gone (Fixture *fx, gpointer data)
{
  return fx->held_total == 0 && fx_row (fx, 0, 1, PORT).connections_open == 0;
}

static void
test_an_end_of_a_connection_empties_the_list (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  fx_toxic (fx, "r", "reset_peer");
  fx_until (fx, is_gone, NULL);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).up.lost, ==, CONNS * LINES);
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE_ALL, 0, 0), ==, "");
  finish (fx);
}

/* ---- HTTP ------------------------------------------------------------------------------------- */

/* What the request was says how its answer is read. */
static int
ask_three (Fixture *fx, int ready, void *data)
{
  const char *text = "GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n";
  fx_write (fx_dial (fx, 1, PORT), text, strlen (text));
  pause ();
  return 0;
}

static void
test_a_request_that_says_how_its_answer_ends_keeps_its_turn (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_HTTP);
  fx_start (fx);
  fx_serve (fx, 1, serve, NULL);
  fx_toxic (fx, "h", "hold,stream=upstream");
  fx_run (fx, 0, ask_three, NULL);
  fx_until (fx, holds, GUINT_TO_POINTER (3));
  uint64_t head = id_of (fx, "HEAD /b"), last = id_of (fx, "GET /c"), first = id_of (fx, "GET /a");
  g_assert_false (at (fx, 1)->in_line);
  g_assert_nonnull (strstr (fx_held (fx, TB_HELD_DROP, head, 0), "HEAD"));
  g_assert_nonnull (strstr (fx_held (fx, TB_HELD_DUPLICATE, head, 0), "HEAD"));
  g_assert_nonnull (strstr (fx_held (fx, TB_HELD_RELEASE, last, 0), "HEAD"));
  g_assert_nonnull (strstr (fx_held (fx, TB_HELD_SWAP, first, head), "HEAD"));
  g_assert_cmpuint (fx->held_total, ==, 3);
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, first, 0), ==, "");
  g_assert_cmpstr (fx_held (fx, TB_HELD_RELEASE, head, 0), ==, "");
  g_assert_cmpuint (fx->held_total, ==, 1);
}

/* ---- Anything, in any order ------------------------------------------------------------------- */

/* What is held and what was sent on, as it should be: ids of one connection in order. */
typedef struct
{
  GArray *held[CONNS]; /* of uint64_t */
  GString *sent[CONNS];
  char labels[4096][4];
} World;

static guint
find (const GArray *ids, uint64_t id)
{
  guint i = 0;
  while (i < ids->len && g_array_index (ids, uint64_t, i) != id)
    i++;
  return i;
}

static int
conn_of (const World *w, uint64_t id)
{
  return w->labels[id][0] - 'A';
}

static void
leave (World *w, uint64_t id, gboolean sent)
{
  int c = conn_of (w, id);
  g_array_remove_index (w->held[c], find (w->held[c], id));
  if (sent)
    g_string_append_printf (w->sent[c], "%s%s", w->sent[c]->len > 0 ? " " : "", w->labels[id]);
}

static void
act (Fixture *fx, World *w, TbRng *rng, uint64_t *serial)
{
  uint64_t a = at (fx, (guint) tb_rng_below (rng, fx->held->len))->id;
  uint64_t b = at (fx, (guint) tb_rng_below (rng, fx->held->len))->id;
  TbHeldVerb verb = (TbHeldVerb[]){ TB_HELD_RELEASE, TB_HELD_DROP, TB_HELD_DUPLICATE, TB_HELD_DUPLICATE,
                                    TB_HELD_SWAP, TB_HELD_SWAP, TB_HELD_SWAP }[tb_rng_below (rng, 7)];
  if (verb == TB_HELD_SWAP && a == b)
    return;
  g_assert_cmpstr (fx_held (fx, verb, a, b), ==, "");
  GArray *queue = w->held[conn_of (w, a)];
  if (verb == TB_HELD_RELEASE || verb == TB_HELD_DROP)
    leave (w, a, verb == TB_HELD_RELEASE);
  else if (verb == TB_HELD_DUPLICATE)
    {
      strcpy (w->labels[++*serial], w->labels[a]);
      g_array_insert_val (queue, find (queue, a) + 1, *serial);
    }
  else if (conn_of (w, a) == conn_of (w, b))
    {
      guint i = find (queue, a), k = find (queue, b);
      g_array_index (queue, uint64_t, i) = b;
      g_array_index (queue, uint64_t, k) = a;
    }
}

/* The list has each connection's in its order, and all of them. */
static void
check (Fixture *fx, const World *w)
{
  guint next[CONNS] = { 0 };
  for (guint i = 0; i < fx->held->len; i++)
    {
      int c = conn_of (w, at (fx, i)->id);
      g_assert_cmpint (at (fx, i)->next, ==, next[c] == 0);
      g_assert_cmpuint (at (fx, i)->id, ==, g_array_index (w->held[c], uint64_t, next[c]));
      next[c]++;
    }
  for (int c = 0; c < CONNS; c++)
    g_assert_cmpuint (next[c], ==, w->held[c]->len);
}

static void
test_any_sequence_of_steps (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  guint32 seed = g_test_rand_int ();
  World w = { 0 };
  TbRng rng;
  g_test_message ("seed %u", seed);
  tb_rng_seed (&rng, seed);
  begin (fx, "hold,stream=upstream", CONNS * LINES);
  uint64_t serial = CONNS * LINES;
  for (int c = 0; c < CONNS; c++)
    {
      w.held[c] = g_array_new (FALSE, FALSE, sizeof (uint64_t));
      w.sent[c] = g_string_new (NULL);
    }
  for (guint i = 0; i < fx->held->len; i++)
    {
      const TbWireHeld *h = at (fx, i);
      g_strlcpy (w.labels[h->id], h->label, sizeof w.labels[0]);
      g_array_append_val (w.held[conn_of (&w, h->id)], h->id);
    }
  for (int i = 0; i < 400 && fx->held->len > 0; i++)
    {
      act (fx, &w, &rng, &serial);
      check (fx, &w);
    }
  fx_heal (fx, "h");
  for (int c = 0; c < CONNS; c++)
    while (w.held[c]->len > 0)
      leave (&w, g_array_index (w.held[c], uint64_t, 0), TRUE);
  await_heard (fx, w.sent[0]->str, w.sent[1]->str, w.sent[2]->str);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.seen + row.up.duplicated, ==,
                    row.up.delivered + row.up.dropped + row.up.held + row.up.lost);
  for (int c = 0; c < CONNS; c++)
    {
      g_array_unref (w.held[c]);
      g_string_free (w.sent[c], TRUE);
    }
  finish (fx);
}

#define ALL(X)                                                                                     \
  X (what_waits_is_listed_in_its_order) X (what_waits_behind_is_counted)                           \
  X (one_overtakes_those_before_it) X (dropped_and_doubled)                                        \
  X (two_of_one_connection_change_places) X (two_connections_change_their_turns)                   \
  X (an_end_of_a_connection_empties_the_list)                                                      \
  X (a_request_that_says_how_its_answer_ends_keeps_its_turn) X (any_sequence_of_steps)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define X(name) g_test_add_func ("/held/" #name, test_##name);
  ALL (X)
#undef X
  return g_test_run ();
}
