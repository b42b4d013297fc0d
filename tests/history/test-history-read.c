/* Histories from text: three forms, and what is wrong with a file, said with its line. */
#include <glib.h>
#include <string.h>

#include "made-history.h"

/* In pieces of so many bytes. NULL: it is a history, else what is wrong (transfer full). */
static char *
read_text (TbHistory *h, const char *text, gsize piece)
{
  TbHistoryReader *reader = tb_history_reader_new (h);
  gsize n = strlen (text);
  bool good = true;
  for (gsize i = 0; i < n && good; i += piece)
    good = tb_history_reader_feed (reader, text + i, MIN (piece, n - i));
  good = good && tb_history_reader_end (reader);
  g_assert_true (good == (tb_history_reader_error (reader) == NULL));
  char *error = g_strdup (tb_history_reader_error (reader));
  tb_history_reader_free (reader);
  return error;
}

static void
assert_read (const char *text, TbVerdictKind kind, const char *sentence)
{
  for (gsize piece = 1; piece < 2000; piece *= 7)
    {
      TbHistory *h = tb_history_new ();
      TbVerdict v;
      g_autofree char *error = read_text (h, text, piece);
      g_assert_cmpstr (error, ==, NULL);
      tb_history_judge (h, NULL, &v);
      g_assert_cmpint (v.kind, ==, kind);
      if (sentence != NULL)
        g_assert_cmpstr (v.sentence, ==, sentence);
      tb_history_free (h);
    }
}

static void
assert_refused (const char *text, const char *why)
{
  TbHistory *h = tb_history_new ();
  g_autofree char *error = read_text (h, text, 64);
  g_assert_cmpstr (error, ==, why);
  tb_history_free (h);
}

static void
test_maps_of_edn_are_read (void)
{
  assert_read ("{:process 0, :type :invoke, :f :write, :value 3}\n"
               "{:process 0, :type :ok, :f :write, :value 3}\n"
               "{:process 1, :type :invoke, :f :read, :value nil}\n"
               "{:process 1, :type :ok, :f :read, :value 3}\n",
               TB_VERDICT_LINEARIZABLE, NULL);
  assert_read ("{:process 0, :type :invoke, :f :write, :value 3}\n"
               "{:process 0, :type :ok, :f :write, :value 3}\n"
               "{:process 1, :type :invoke, :f :read, :value nil}\n"
               "{:process 1, :type :ok, :f :read, :value nil}\n",
               TB_VERDICT_VIOLATED, "client 1 read nothing although client 0 had finished writing 3 1 line before that read began");
}

static void
test_keys_stand_beside_or_before_the_value (void)
{
  assert_read ("{:process 0, :type :invoke, :f :put, :key \"x\", :value 3, :time 10}\n"
               "{:process 0, :type :ok, :f :put, :key \"x\", :value 3, :time 20}\n"
               "{:process 1, :type :invoke, :f :get, :key \"y\", :value nil, :time 30}\n"
               "{:process 1, :type :ok, :f :get, :key \"y\", :value nil, :time 40}\n",
               TB_VERDICT_LINEARIZABLE, NULL);
  assert_read ("{:process 0, :type :invoke, :f :write, :value [\"x\" 3], :time 10}\n"
               "{:process 0, :type :ok, :f :write, :value [\"x\" 3], :time 20}\n"
               "{:process 1, :type :invoke, :f :read, :value [\"x\" nil], :time 30}\n"
               "{:process 2, :type :invoke, :f :read, :value [\"y\" nil], :time 30}\n"
               "{:process 1, :type :ok, :f :read, :value [\"x\" nil], :time 40}\n"
               "{:process 2, :type :ok, :f :read, :value [\"y\" nil], :time 40}\n",
               TB_VERDICT_VIOLATED, "x: client 1 read nothing although client 0 had finished writing 3 10 ns before that read began");
}

static void
test_log_lines_are_read (void)
{
  assert_read ("INFO  jepsen.core - Running test\n"
               "INFO  jepsen.util - 0\t:invoke\t:write\t3\n"
               "INFO  jepsen.util - 0\t:ok\t:write\t3\n"
               "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
               "INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]\n"
               "INFO  jepsen.util - 1\t:info\t:cas\t:timed-out\n"
               "INFO  jepsen.util - 2\t:invoke\t:read\tnil\n"
               "INFO  jepsen.util - 2\t:fail\t:read\t:timed-out\n"
               "INFO  jepsen.util - 2\t:invoke\t:read\tnil\n"
               "INFO  jepsen.util - 2\t:ok\t:read\t4\n",
               TB_VERDICT_LINEARIZABLE, NULL);
}

static void
test_sets_lists_and_counters_are_told_by_what_was_read (void)
{
  assert_read ("{:process 0, :type :invoke, :f :add, :value 7}\n{:process 0, :type :ok, :f :add, :value 7}\n"
               "{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value #{7}}\n",
               TB_VERDICT_LINEARIZABLE, NULL);
  assert_read ("{:process 0, :type :invoke, :f :add, :value 7}\n{:process 0, :type :ok, :f :add, :value 7}\n"
               "{:process 0, :type :invoke, :f :add, :value -2}\n{:process 0, :type :ok, :f :add, :value -2}\n"
               "{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value 5}\n",
               TB_VERDICT_LINEARIZABLE, NULL);
  assert_read ("{:process 0, :type :invoke, :f :append, :value 7}\n{:process 0, :type :ok, :f :append, :value 7}\n"
               "{:process 0, :type :invoke, :f :append, :value 8}\n{:process 0, :type :ok, :f :append, :value 8}\n"
               "{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value [8 7]}\n",
               TB_VERDICT_VIOLATED, NULL);
}

static void
test_what_is_not_known_leaves_its_key_unknown (void)
{
  assert_read ("{:process 0, :type :invoke, :f :incr, :key \"x\", :value 1}\n{:process 0, :type :ok, :f :incr, :key \"x\", :value 1}\n"
               "{:process 0, :type :invoke, :f :read, :key \"x\", :value nil}\n{:process 0, :type :ok, :f :read, :key \"x\", :value 5}\n",
               TB_VERDICT_UNKNOWN, "not known: what “incr” does (line 1) is not known here");
}

static void
test_our_own_form_comes_back_as_it_was (void)
{
  const char *text =
    "{\"process\":1,\"f\":\"write\",\"key\":\"x\",\"value\":\"a\\\"b\",\"outcome\":\"ok\",\"start_ns\":10,\"end_ns\":20,\"client\":\"shop/1\",\"replica\":\"orders/2\"}\n"
    "{\"process\":2,\"f\":\"read\",\"key\":\"x\",\"value\":\"a\\\"b\",\"outcome\":\"ok\",\"start_ns\":30,\"end_ns\":40}\n"
    "{\"process\":2,\"f\":\"read\",\"key\":\"x\",\"outcome\":\"fail\",\"start_ns\":50,\"end_ns\":60,\"error\":\"refused\"}\n"
    "{\"process\":3,\"f\":\"cas\",\"key\":\"x\",\"value\":\"c\",\"expected\":\"a\\\"b\",\"swapped\":true,\"outcome\":\"ok\",\"start_ns\":50,\"end_ns\":60}\n"
    "{\"process\":4,\"f\":\"write\",\"key\":\"y\",\"value\":\"d\",\"outcome\":\"unknown\",\"start_ns\":50,\"error\":\"timeout\"}\n"
    "{\"process\":5,\"f\":\"read\",\"key\":\"z\",\"value\":[\"1\",\"2\"],\"outcome\":\"ok\",\"start_ns\":50,\"end_ns\":60}\n";
  TbHistory *h = tb_history_new ();
  g_autofree char *error = read_text (h, text, 100);
  g_autoptr (GString) again = g_string_new (NULL);
  g_assert_cmpstr (error, ==, NULL);
  for (size_t i = 0; i < tb_history_n (h); i++)
    {
      char line[400];
      g_assert_cmpuint (tb_history_op_line (h, tb_history_op (h, i), line, sizeof line), <, sizeof line);
      g_string_append_printf (again, "%s\n", line);
    }
  g_assert_cmpstr (again->str, ==, text);
  tb_history_free (h);
}

static void
test_what_is_wrong_is_said_with_its_line (void)
{
  assert_refused ("", "there is no operation in it");
  assert_refused ("\n\n", "there is no operation in it");
  assert_refused ("hello\n", "line 1: this is no history: neither {\"process\": …}, {:process …} nor INFO jepsen.util");
  assert_refused ("{:process 0, :type :ok, :f :read, :value 3}\n", "line 1: process 0 ends an operation that it never began");
  assert_refused ("{:process 0, :type :invoke, :f :read}\n{:process 0, :type :invoke, :f :read}\n",
                  "line 2: process 0 begins an operation while that of line 1 goes on");
  assert_refused ("{:process 0, :type :invoke, :f :read, :time 20}\n{:process 0, :type :ok, :f :read, :time 10}\n",
                  "line 2: its time goes back, from 20 to 10");
  assert_refused ("{:process 0, :type :invoke, :f :read, :time 20}\n{:process 0, :type :ok, :f :read}\n",
                  "line 2: some lines have a :time and some have none");
  assert_refused ("{:process 0, :type :invoke, :f :read}\n{:process 0, :type :ok, :f :write, :value 3}\n",
                  "line 2: process 0 ends another operation than it began on line 1");
  assert_refused ("{:process 0, :type :invoke, :f :read, :val", "line 1: it is cut");
  assert_refused ("{:process 0, :type :invoke, :f :write, :value \"ab", "line 1: a string that is cut");
  assert_refused ("{:process 0, :type :begin, :f :read}\n", "line 1: its type is none of :invoke, :ok, :fail and :info");
  assert_refused ("{:process 0, :type :invoke}\n", "line 1: it does not say what is done (:f)");
  assert_refused ("{:process 0, :type :invoke, :f :cas, :value 3}\n", "line 1: a cas needs [expected new] as its value");
  assert_refused ("{\"process\":1,\"f\":\"read\",\"outcome\":\"ok\",\"start_ns\":20,\"end_ns\":10}\n",
                  "line 1: its time goes back: it ends at 10 and begins at 20");
  assert_refused ("{\"process\":1,\"f\":\"read\",\"outcome\":\"ok\",\"start_ns\":10,\"end_ns\":20}\n"
                  "{\"process\":1,\"f\":\"read\",\"outcome\":\"ok\",\"start_ns\":15,\"end_ns\":30}\n",
                  "line 2: process 1 begins an operation while that of line 1 goes on");
  assert_refused ("{\"process\":1,\"f\":\"read\",\"outcome\":\"ok\",\"start_ns\":10,\"end_ns\":20}\n{:process 0}\n",
                  "line 2: another form than that of the lines before");
  assert_refused ("{\"process\":1,\"f\":\"read\",\"outcome\":\"good\",\"start_ns\":10,\"end_ns\":20}\n",
                  "line 1: its outcome is none of \"ok\", \"fail\" and \"unknown\"");
}

/* What never ended has no answer: perhaps it was. */
static void
test_what_is_open_at_the_end_is_unknown (void)
{
  assert_read ("{:process 0, :type :invoke, :f :write, :value 3}\n"
               "{:process 1, :type :invoke, :f :read, :value nil}\n"
               "{:process 1, :type :ok, :f :read, :value 3}",
               TB_VERDICT_LINEARIZABLE, NULL);
}

/* ---- The public ones --------------------------------------------------------------------------------- */

/* 102 histories of etcd that Jepsen recorded (2014), published with ahorn/linearizability-checker and with Porcupine; those that both
 * call linearizable. Of number 95 the cluster never started. */
static const guint linearizable[] = { 2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102 };

static bool
is_published_linearizable (guint number)
{
  for (guint i = 0; i < G_N_ELEMENTS (linearizable); i++)
    if (linearizable[i] == number)
      return true;
  return false;
}

static void
test_published_verdicts_are_ours (void)
{
  const char *folder = g_getenv ("TIERBOARD_JEPSEN_HISTORIES");
  guint judged = 0;
  if (folder == NULL)
    {
      g_test_skip ("TIERBOARD_JEPSEN_HISTORIES does not name a folder with etcd_000.log to etcd_102.log "
                   "(github.com/anishathalye/porcupine, test_data/jepsen)");
      return;
    }
  for (guint i = 0; i <= 102; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/etcd_%03u.log", folder, i);
      g_autofree char *text = NULL;
      TbHistory *h = tb_history_new ();
      TbVerdict v;
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_autofree char *error = read_text (h, text, 4096);
      if (i != 95)
        {
          g_assert_cmpstr (error, ==, NULL);
          tb_history_judge (h, NULL, &v);
          g_test_message ("%u: %s", i, v.sentence);
          g_assert_cmpint (v.kind, ==, is_published_linearizable (i) ? TB_VERDICT_LINEARIZABLE : TB_VERDICT_VIOLATED);
          judged++;
        }
      tb_history_free (h);
    }
  g_assert_cmpuint (judged, ==, 102);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(NAME) g_test_add_func ("/history/" #NAME, test_##NAME)
  TEST (maps_of_edn_are_read);
  TEST (keys_stand_beside_or_before_the_value);
  TEST (log_lines_are_read);
  TEST (sets_lists_and_counters_are_told_by_what_was_read);
  TEST (what_is_not_known_leaves_its_key_unknown);
  TEST (our_own_form_comes_back_as_it_was);
  TEST (what_is_wrong_is_said_with_its_line);
  TEST (what_is_open_at_the_end_is_unknown);
  TEST (published_verdicts_are_ours);
  return g_test_run ();
}
