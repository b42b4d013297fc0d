/* The node's parts that need no process: options, chance, latency, dict, journal. */
#include "node-private.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static TbSlice
slice (const char *text)
{
  return (TbSlice) { text, strlen (text) };
}

/* ---- Options ---- */

static void
parse (Options *o, const char *line)
{
  g_auto (GStrv) argv = NULL;
  int argc;
  g_assert_true (g_shell_parse_argv (line, &argc, &argv, NULL));
  g_autofree char *error = options_parse (o, argc, argv);
  g_assert_cmpstr (error, ==, NULL);
  o->name = o->listen = o->durable = NULL; /* they were argv's */
}

static void
test_options (void)
{
  Options o;
  parse (&o, "tierboard-node server --name shop/1 --listen 127.0.0.1:8080 --threads 'pool 8' "
             "--work 'cpu exponential 2ms' --state stateful "
             "--call 'save resp://127.0.0.1:6379,[::1]:6380 op=write share=0.4 timeout=500ms "
             "retries=1 balance=random keys=7 times=3 body=64' "
             "--call 'next http://localhost:80/a?b=c async method=PUT'");
  g_assert_cmpint (o.kind, ==, NODE_SERVER);
  g_assert_cmpint (o.model, ==, THREADS_POOL);
  g_assert_cmpuint (o.threads, ==, 8);
  g_assert_true (o.cpu);
  g_assert_cmpint (o.work.kind, ==, TB_DIST_EXPONENTIAL);
  g_assert_true (o.stateful);
  g_assert_cmpuint (o.n_calls, ==, 2);
  const Call *save = &o.calls[0], *next = &o.calls[1];
  g_assert_cmpstr (save->id, ==, "save");
  g_assert_cmpint (save->protocol, ==, OVER_RESP);
  g_assert_cmpuint (save->n_hosts, ==, 2);
  g_assert_cmpint (save->hosts[1].address.any.sa_family, ==, AF_INET6);
  g_assert_cmpfloat (save->share, ==, 0.4);
  g_assert_cmpint (save->timeout_ns, ==, 500 * TB_NS_PER_MS);
  g_assert_cmpuint (save->retries, ==, 1);
  g_assert_cmpint (save->balance, ==, BALANCE_RANDOM);
  g_assert_cmpuint (save->keys, ==, 7);
  g_assert_cmpuint (save->times, ==, 3);
  g_assert_cmpuint (save->body, ==, 64);
  g_assert_cmpint (next->protocol, ==, OVER_HTTP);
  g_assert_true (next->async);
  g_assert_cmpstr (next->path, ==, "/a?b=c");
  g_assert_cmpstr (next->method, ==, "PUT");
  g_assert_cmpfloat (next->share, ==, 1);
  options_clear (&o);
}

static void
test_seeds_differ (void)
{
  Options a, b, c;
  parse (&a, "x client --name shop/1 --seed 1 --call 'a http://127.0.0.1:1/'");
  parse (&b, "x client --name shop/2 --seed 1 --call 'a http://127.0.0.1:1/'");
  parse (&c, "x client --name shop/1 --seed 1 --call 'a http://127.0.0.1:1/'");
  g_assert_cmpuint (a.seed, !=, b.seed);
  g_assert_cmpuint (a.seed, ==, c.seed);
  options_clear (&a);
  options_clear (&b);
  options_clear (&c);
}

/* ---- Chance ---- */

static void
count_choices (double first, double second, unsigned counts[4])
{
  static Options o;
  TbRng rng;
  tb_rng_seed (&rng, 1);
  o.n_calls = 2;
  o.calls[0].share = first;
  o.calls[1].share = second;
  memset (counts, 0, 4 * sizeof *counts);
  for (int i = 0; i < 10000; i++)
    counts[work_choose (&o, &rng)]++;
}

static void
test_shares (void)
{
  unsigned n[4];
  count_choices (0.4, 0.6, n);
  g_assert_cmpuint (n[0] + n[3], <=, 1); /* one of them, but for the last bit of a sum */
  g_assert_cmpuint (n[1], >, 3700);
  g_assert_cmpuint (n[1], <, 4300);
  count_choices (0.2, 0.3, n);
  g_assert_cmpuint (n[3], ==, 0);
  g_assert_cmpuint (n[0], >, 4700);
  count_choices (1, 0.5, n);
  g_assert_cmpuint (n[0] + n[2], ==, 0);
  g_assert_cmpuint (n[3], >, 4700);
  count_choices (0.8, 0.8, n);
  g_assert_cmpuint (n[3], >, 6100);
  g_assert_cmpuint (n[3], <, 6700);
}

static void
test_latency (void)
{
  static Latency l;
  g_assert_cmpint (latency_quantile (&l, 0.5), ==, 0);
  for (int64_t ns = 1; ns < 1000000000; ns = ns * 5 / 4 + 1)
    {
      memset (&l, 0, sizeof l);
      latency_add (&l, ns);
      double error = fabs ((double) latency_quantile (&l, 0.5) - (double) ns) / (double) ns;
      g_assert_cmpfloat (error, <=, 0.016);
    }
  memset (&l, 0, sizeof l);
  for (int i = 1; i <= 1000; i++)
    latency_add (&l, i * 1000);
  g_assert_cmpint (llabs (latency_quantile (&l, 0.99) - 990000), <, 16000);
  latency_add (&l, INT64_MAX);
  latency_add (&l, -5);
}

/* ---- Dict ---- */

static void
test_dict (void)
{
  Dict *d = dict_new ();
  g_assert_null (dict_find (d, slice ("a"), 0));
  dict_set (d, slice ("a"), slice ("one"), 0);
  dict_set (d, slice ("b"), slice (""), 50);
  g_assert_cmpuint (dict_find (d, slice ("a"), 0)->value_n, ==, 3);
  g_assert_nonnull (dict_find (d, slice ("b"), 49));
  g_assert_cmpuint (dict_count (d, 49), ==, 2);
  g_assert_cmpuint (dict_count (d, 50), ==, 1);
  g_assert_null (dict_find (d, slice ("b"), 0));
  g_assert_true (dict_delete (d, slice ("a"), 0));
  g_assert_false (dict_delete (d, slice ("a"), 0));
  g_assert_cmpuint (dict_bytes (d), ==, 0);
  dict_free (d);
}

/* Random changes, against GLib's table. */
static void
test_dict_as_a_table (void)
{
  Dict *d = dict_new ();
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  for (int i = 0; i < 50000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", g_rand_int_range (rand, 0, 3000));
      g_autofree char *value = g_strnfill (g_rand_int_range (rand, 0, 100), 'v');
      if (g_rand_boolean (rand))
        {
          dict_set (d, slice (key), slice (value), 0);
          g_hash_table_insert (table, g_strdup (key), g_strdup (value));
        }
      else
        g_assert_cmpint (dict_delete (d, slice (key), 0), ==, g_hash_table_remove (table, key));
    }
  GHashTableIter iter;
  gpointer key, value;
  g_assert_cmpuint (dict_count (d, 0), ==, g_hash_table_size (table));
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const DictEntry *e = dict_find (d, slice (key), 0);
      g_assert_nonnull (e);
      g_assert_cmpmem (e->value, e->value_n, value, strlen (value));
    }
  dict_clear (d);
  g_assert_cmpuint (dict_bytes (d), ==, 0);
  dict_free (d);
}

/* ---- Journal ---- */

static Journal *
open_journal (const char *folder, Dict *d, size_t *torn)
{
  g_autofree char *error = NULL;
  Journal *j = journal_open (folder, d, torn, &error);
  g_assert_cmpstr (error, ==, NULL);
  return j;
}

/* However the file is cut, what is read back is what was written up to some record. */
static void
test_journal_cut_anywhere (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tierboard-journal-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "store.log", NULL);
  g_autofree char *bytes = NULL;
  gsize size, torn;
  Dict *d = dict_new ();
  Journal *j = open_journal (folder, d, &torn);
  uint64_t ends[11] = { journal_size (j) };
  for (int i = 1; i <= 10; i++)
    {
      g_autofree char *value = g_strdup_printf ("value %d", i);
      ends[i] = journal_set (j, slice ("key"), slice (value), 0);
      g_assert_cmpuint (ends[i], >, ends[i - 1]);
    }
  g_assert_true (journal_sync (j, ends[10]));
  journal_close (j);
  dict_free (d);
  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, ends[10]);
  for (gsize cut = 0; cut <= size; cut++)
    {
      unsigned whole = 0;
      while (whole < 10 && ends[whole + 1] <= cut)
        whole++;
      g_assert_true (g_file_set_contents (file, bytes, (gssize) cut, NULL));
      d = dict_new ();
      j = open_journal (folder, d, &torn);
      const DictEntry *e = dict_find (d, slice ("key"), 0);
      g_autofree char *expected = g_strdup_printf ("value %u", whole);
      g_assert_cmpint (e != NULL, ==, whole > 0);
      if (e != NULL)
        g_assert_cmpmem (e->value, e->value_n, expected, strlen (expected));
      journal_close (j);
      dict_free (d);
    }
  g_unlink (file);
  g_rmdir (folder);
}

/* Waits of 30 ms on average on a machine that wakes up late, by 0 to 10 ms. */
static double
mean_wait (const char *text)
{
  TbDist dist;
  TbRng rng;
  int64_t now = TB_NS_PER_S, late = 0, sum = 0;
  g_assert_true (tb_dist_parse (text, &dist));
  tb_rng_seed (&rng, 7);
  for (int i = 0; i < 20000; i++)
    {
      int64_t due = wait_due (&dist, late, now, tb_dist_draw_ns (&dist, &rng));
      int64_t end = MAX (due, now) + (int64_t) (tb_rng_uniform (&rng) * 10 * TB_NS_PER_MS);
      late = wait_late (end, due);
      sum += end - now;
      now = end + TB_NS_PER_MS; /* what is done in between */
    }
  return (double) sum / 20000 / TB_NS_PER_MS;
}

static void
test_waits_do_not_add_up_lateness (void)
{
  g_assert_cmpfloat (fabs (mean_wait ("exponential 30ms") - 30), <, 0.9);
  g_assert_cmpfloat (fabs (mean_wait ("30ms") - 35), <, 0.2); /* of one length: never shorter than that */
  g_assert_cmpint (wait_late (70 * TB_NS_PER_S, TB_NS_PER_S), ==, 100 * TB_NS_PER_MS);
  g_assert_cmpint (wait_late (TB_NS_PER_S, 2 * TB_NS_PER_S), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/all", test_options);
  g_test_add_func ("/options/seeds-differ", test_seeds_differ);
  g_test_add_func ("/parts/shares", test_shares);
  g_test_add_func ("/waits/late-ones-do-not-add-up", test_waits_do_not_add_up_lateness);
  g_test_add_func ("/latency/within-1.6-percent", test_latency);
  g_test_add_func ("/dict/basics", test_dict);
  g_test_add_func ("/dict/as-a-table", test_dict_as_a_table);
  g_test_add_func ("/journal/cut-anywhere", test_journal_cut_anywhere);
  return g_test_run ();
}
