/* Operations in shared memory: told once, whole, and whatever happens to who writes. */
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tb-base.h"
#include "tb-ops.h"

#define WRITERS 4

static TbOps *
ops_new (void)
{
  void *memory = mmap (NULL, tb_ops_size (), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory != MAP_FAILED);
  g_assert_false (tb_ops_is (memory, tb_ops_size ()));
  tb_ops_begin (memory);
  g_assert_true (tb_ops_is (memory, tb_ops_size ()));
  return memory;
}

static void
ops_free (TbOps *ops)
{
  munmap (ops, tb_ops_size ());
}

/* The n-th operation of a slot: everything in it follows from these two. */
static TbOpEntry
entry_of (unsigned slot, guint64 n)
{
  return (TbOpEntry) { .op = { .invoke_ns = (gint64) n, .return_ns = (gint64) n + 1, .value = tb_op_mix (n), .expected = ~n,
                               .key = (guint32) n, .process = slot, .kind = TB_OP_WRITE },
                       .call = (guint16) slot, .port = (guint16) n, .flags = (guint32) (n ^ slot) };
}

static void
assert_whole (const TbOpEntry *e)
{
  guint64 n = (guint64) e->op.invoke_ns;
  g_assert_cmpuint (e->op.value, ==, tb_op_mix (n));
  g_assert_cmpuint (e->op.expected, ==, ~n);
  g_assert_cmpuint (e->op.key, ==, (guint32) n);
  g_assert_cmpuint (e->port, ==, (guint16) n);
  g_assert_cmpuint (e->flags, ==, (guint32) (n ^ e->op.process));
}

static void
do_one (TbOps *ops, unsigned slot, guint64 n)
{
  TbOpEntry e = entry_of (slot, n);
  tb_ops_invoke (ops, slot, &e);
  tb_ops_return (ops, slot, &e);
}

static void
test_what_ended_is_read_once_and_in_order (void)
{
  TbOps *ops = ops_new ();
  TbOpEntry out[7];
  guint64 cursor = 0, missed = 0, next = 0;
  for (guint64 n = 0; n < 3 * TB_OPS_SLOTS; n++)
    {
      do_one (ops, 3, n);
      if (n % 100 != 99)
        continue;
      for (gsize got; (got = tb_ops_read (ops, &cursor, out, G_N_ELEMENTS (out), &missed)) > 0;)
        for (gsize i = 0; i < got; i++)
          {
            g_assert_cmpint (out[i].op.invoke_ns, ==, (gint64) next++);
            assert_whole (&out[i]);
          }
    }
  g_assert_cmpuint (next, ==, 3 * TB_OPS_SLOTS / 100 * 100);
  g_assert_cmpuint (missed, ==, 0);
  ops_free (ops);
}

static void
test_a_full_ring_counts_what_it_cannot_take (void)
{
  TbOps *ops = ops_new ();
  g_autofree TbOpEntry *out = g_new (TbOpEntry, TB_OPS_SLOTS);
  guint64 cursor = 0, missed = 0;
  for (guint64 n = 0; n < TB_OPS_SLOTS + 5; n++)
    do_one (ops, 0, n);
  g_assert_cmpuint (tb_ops_read (ops, &cursor, out, TB_OPS_SLOTS, &missed), ==, TB_OPS_SLOTS);
  g_assert_cmpuint (missed, ==, 5);
  do_one (ops, 0, 77);
  g_assert_cmpuint (tb_ops_read (ops, &cursor, out, TB_OPS_SLOTS, &missed), ==, 1);
  g_assert_cmpint (out[0].op.invoke_ns, ==, 77);
  g_assert_cmpuint (missed, ==, 5);
  ops_free (ops);
}

static void
test_what_is_open_is_unknown (void)
{
  TbOps *ops = ops_new ();
  TbOpEntry out[4], e = entry_of (9, 5), forgotten = entry_of (10, 6);
  do_one (ops, 9, 4);
  g_assert_cmpuint (tb_ops_open (ops, out, 4), ==, 0);
  tb_ops_invoke (ops, 9, &e);
  tb_ops_invoke (ops, 10, &forgotten);
  tb_ops_forget (ops, 10);
  g_assert_cmpuint (tb_ops_open (ops, out, 4), ==, 1);
  g_assert_cmpuint (out[0].op.process, ==, 9);
  g_assert_cmpint (out[0].op.outcome, ==, TB_OP_UNKNOWN);
  g_assert_cmpint (out[0].op.error, ==, TB_OP_ERROR_CRASHED);
  g_assert_cmpint (out[0].op.return_ns, ==, G_MAXINT64);
  g_assert_cmpuint (out[0].op.value, ==, e.op.value);
  ops_free (ops);
}

static void
test_final_reads_have_a_number (void)
{
  TbOps *ops = ops_new ();
  g_assert_cmpuint (tb_ops_final (ops), ==, 0);
  tb_ops_finished (ops, 3);
  g_assert_cmpuint (tb_ops_final (ops), ==, 3);
  ops_free (ops);
}

/* ---- Many writers ---- */

typedef struct
{
  TbOps *ops;
  unsigned slot;
  guint64 count;                 /* 0: until killed */
  _Atomic guint64 *begun, *ended; /* in shared memory */
} Writer;

static void *
write_on (void *data)
{
  Writer *w = data;
  for (guint64 n = 1; w->count == 0 || n <= w->count; n++)
    {
      TbOpEntry e = entry_of (w->slot, n);
      atomic_store (w->begun, n);
      tb_ops_invoke (w->ops, w->slot, &e);
      tb_ops_return (w->ops, w->slot, &e);
      atomic_store (w->ended, n);
    }
  return NULL;
}

static void
start_writers (TbOps *ops, guint64 count, _Atomic guint64 *progress, Writer *writers, pthread_t *threads)
{
  for (unsigned i = 0; i < WRITERS; i++)
    {
      writers[i] = (Writer) { ops, i, count, &progress[2 * i], &progress[2 * i + 1] };
      g_assert_cmpint (pthread_create (&threads[i], NULL, write_on, &writers[i]), ==, 0);
    }
}

/* How often each writer's operations were read: seen[writer], by their number. */
static guint64
read_all (TbOps *ops, guint64 *cursor, GHashTable *seen, guint64 *missed)
{
  TbOpEntry out[256];
  guint64 n = 0;
  for (gsize got; (got = tb_ops_read (ops, cursor, out, G_N_ELEMENTS (out), missed)) > 0; n += got)
    for (gsize i = 0; i < got; i++)
      {
        assert_whole (&out[i]);
        gint64 name = out[i].op.invoke_ns * WRITERS + out[i].op.process;
        g_assert_true (g_hash_table_add (seen, g_memdup2 (&name, sizeof name)));
      }
  return n;
}

static void
test_many_writers_lose_nothing_uncounted (void)
{
  enum { COUNT = 50000 };
  TbOps *ops = ops_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  _Atomic guint64 progress[2 * WRITERS] = { 0 };
  Writer writers[WRITERS];
  pthread_t threads[WRITERS];
  guint64 cursor = 0, missed = 0, n = 0;
  start_writers (ops, COUNT, progress, writers, threads);
  for (guint64 done = 0; done < WRITERS * COUNT;)
    {
      done = 0;
      for (unsigned i = 0; i < WRITERS; i++)
        done += atomic_load (&progress[2 * i + 1]);
      n += read_all (ops, &cursor, seen, &missed);
    }
  for (unsigned i = 0; i < WRITERS; i++)
    pthread_join (threads[i], NULL);
  n += read_all (ops, &cursor, seen, &missed);
  g_assert_cmpuint (n + missed, ==, WRITERS * COUNT);
  g_assert_cmpuint (n, >, 0);
  ops_free (ops);
}

static pid_t
fork_writers (TbOps *ops, _Atomic guint64 *progress)
{
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child > 0)
    return child;
  Writer writers[WRITERS];
  pthread_t threads[WRITERS];
  start_writers (ops, 0, progress, writers, threads);
  for (;;)
    pause ();
}

/* Each operation that had ended was told (or counted as missed), and none that is open was. */
static void
assert_told_once (TbOps *ops, GHashTable *seen, const _Atomic guint64 *progress, guint64 n, guint64 missed)
{
  TbOpEntry open[WRITERS + 1];
  guint64 begun = 0, ended = 0;
  gsize n_open = tb_ops_open (ops, open, G_N_ELEMENTS (open));
  for (unsigned i = 0; i < WRITERS; i++)
    {
      begun += progress[2 * i];
      ended += progress[2 * i + 1];
    }
  for (gsize i = 0; i < n_open; i++)
    {
      gint64 name = open[i].op.invoke_ns * WRITERS + open[i].op.process;
      open[i].op.return_ns = open[i].op.invoke_ns + 1;
      assert_whole (&open[i]);
      g_assert_false (g_hash_table_contains (seen, &name));
      g_assert_cmpint (open[i].op.invoke_ns, ==, (gint64) progress[2 * open[i].op.process]);
    }
  g_assert_cmpuint (n + missed + n_open, >=, ended);
  /* What was counted as missed may still be open. */
  g_assert_cmpuint (n + missed + n_open, <=, begun + (missed > 0 ? WRITERS : 0));
}

/* The thread sanitizer does not take threads in a child of a process that had some. */
#if defined __SANITIZE_THREAD__
#define FORKS_THREADS 0
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define FORKS_THREADS 0
#endif
#endif
#ifndef FORKS_THREADS
#define FORKS_THREADS 1
#endif

static void
test_a_writer_killed_anywhere_leaves_it_readable (void)
{
  if (!FORKS_THREADS)
    {
      g_test_skip ("not under the thread sanitizer");
      return;
    }
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  TbRng rng;
  tb_rng_seed (&rng, seed);
  _Atomic guint64 *progress
    = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (progress != MAP_FAILED);
  for (int round = 0; round < 150; round++)
    {
      TbOps *ops = ops_new ();
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      guint64 cursor = 0, missed = 0, n = 0;
      memset ((void *) progress, 0, 4096);
      pid_t child = fork_writers (ops, progress);
      while (atomic_load (&progress[0]) == 0) /* until one of them is at it */
        g_usleep (50);
      gint64 until = tb_now_ns () + (gint64) tb_rng_below (&rng, 2 * TB_NS_PER_MS);
      while (tb_now_ns () < until)
        n += read_all (ops, &cursor, seen, &missed);
      g_assert_cmpint (kill (child, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      n += read_all (ops, &cursor, seen, &missed);
      assert_told_once (ops, seen, progress, n, missed);
      ops_free (ops);
    }
  munmap ((void *) progress, 4096);
}

/* A kill seldom hits between taking a place and publishing it, so that is made by hand: the ring's tail is its second cache line. */
static void
test_a_hole_hides_nothing_behind_it (void)
{
  TbOps *ops = ops_new ();
  guint64 *tail = (guint64 *) (void *) ((char *) ops + 64);
  TbOpEntry e = entry_of (1, 1), out[4];
  guint64 cursor = 0, missed = 0;
  tb_ops_invoke (ops, 1, &e);
  *tail += 1;
  for (guint64 n = 2; n < 5; n++)
    {
      do_one (ops, 2, n);
      g_assert_cmpuint (*tail, ==, n);
      g_assert_cmpuint (tb_ops_read (ops, &cursor, out, 4, &missed), ==, 1);
      g_assert_cmpint (out[0].op.invoke_ns, ==, (gint64) n);
    }
  g_assert_cmpuint (tb_ops_read (ops, &cursor, out, 4, &missed), ==, 0);
  g_assert_cmpuint (tb_ops_open (ops, out, 4), ==, 1);
  g_assert_cmpint (out[0].op.invoke_ns, ==, 1);
  ops_free (ops);
}

static void
test_memory_of_nonsense_is_no_danger (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  TbRng rng;
  tb_rng_seed (&rng, seed);
  TbOps *ops = ops_new ();
  TbOpEntry *out = g_new (TbOpEntry, TB_OPS_SLOTS);
  for (int round = 0; round < 20; round++)
    {
      guint64 *words = (guint64 *) ops, cursor = 0, missed = 0;
      for (gsize i = 0; i < tb_ops_size () / 8; i++)
        words[i] = round % 2 == 0 ? tb_rng_below (&rng, 4) : tb_rng_next (&rng);
      for (int k = 0; k < 3; k++)
        {
          gsize n = tb_ops_read (ops, &cursor, out, TB_OPS_SLOTS, &missed);
          for (gsize i = 0; i < n; i++)
            g_assert_cmpint (out[i].op.kind, <, TB_N_OPS);
        }
      gsize n = tb_ops_open (ops, out, TB_OPS_OPEN);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpint (out[i].op.outcome, ==, TB_OP_UNKNOWN);
    }
  g_free (out);
  ops_free (ops);
}

static void
test_values_are_never_nothing (void)
{
  char text[300];
  memset (text, 'x', sizeof text);
  g_assert_cmpuint (tb_op_value ("", 0), !=, TB_VALUE_NIL);
  g_assert_cmpuint (tb_op_value ("a", 1), !=, tb_op_value ("b", 1));
  g_assert_cmpuint (tb_op_value (text, 192), ==, tb_op_value (text, 300));
  g_assert_cmpuint (tb_op_value (text, 191), !=, tb_op_value (text, 192));
  g_assert_cmpuint (tb_op_append (tb_op_append (0, 1), 2), !=, tb_op_append (tb_op_append (0, 2), 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/once", test_what_ended_is_read_once_and_in_order);
  g_test_add_func ("/ops/full", test_a_full_ring_counts_what_it_cannot_take);
  g_test_add_func ("/ops/open", test_what_is_open_is_unknown);
  g_test_add_func ("/ops/final", test_final_reads_have_a_number);
  g_test_add_func ("/ops/many-writers", test_many_writers_lose_nothing_uncounted);
  g_test_add_func ("/ops/killed", test_a_writer_killed_anywhere_leaves_it_readable);
  g_test_add_func ("/ops/hole", test_a_hole_hides_nothing_behind_it);
  g_test_add_func ("/ops/nonsense", test_memory_of_nonsense_is_no_danger);
  g_test_add_func ("/ops/values", test_values_are_never_nothing);
  return g_test_run ();
}
