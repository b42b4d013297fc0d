/* Verdicts on stores, from recordings made up. The client of the fixture's link “save” is the shop. */
#include "past-private.h"
#include "recorded.h"
#include "tb-verdicts.h"

#define SAVE 1 /* link of the plan */

typedef struct
{
  Recorded *r;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->r = recorded_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  recorded_free (f->r);
}

static TbVerdicts *
judged (TbPast *past)
{
  TbVerdicts *verdicts = tb_verdicts_new (past);
  tb_verdicts_look (verdicts, TRUE);
  return verdicts;
}

static TbRecordOperation
operation (const Recorded *r, TbOpKind kind, guint64 value, double from_ms, double to_ms)
{
  TbRecordOperation o = { .link = SAVE };
  o.op = (TbOp) { .kind = (guint8) kind, .value = value, .invoke_ns = recorded_ns (r, from_ms),
                  .return_ns = recorded_ns (r, to_ms), .key = 17, .replica = ORDERS_1 };
  return o;
}

static void
tell (Recorded *r, double ms, TbRecordOperation o)
{
  const TbRecordBatch batch = { .instance = SHOP, .incarnation = 1 };
  recorded_operations (r, ms, &batch, &o, 1);
}

/* A write, a newer one, and a read of the older after both. */
static void
tell_stale_read (Recorded *r)
{
  tell (r, 20, operation (r, TB_OP_WRITE, 0xaaaa, 1, 2));
  tell (r, 20, operation (r, TB_OP_WRITE, 0xbbbb, 3, 4));
  tell (r, 20, operation (r, TB_OP_READ, 0xaaaa, 9, 10));
}

static void
test_good_history_is_linearizable (Fixture *f, gconstpointer data)
{
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  tell (f->r, 20, operation (f->r, TB_OP_READ, 0xaaaa, 3, 4));
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  g_assert_cmpuint (tb_past_n_operations (past), ==, 2);
  g_assert_true (tb_verdicts_look (verdicts, FALSE));
  g_assert_cmpuint (tb_verdicts_n (verdicts), ==, 1);
  const TbStoreVerdict *store = tb_verdicts_of (verdicts, "orders");
  g_assert_true (store == tb_verdicts_at (verdicts, 0));
  g_assert_cmpint (store->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_cmpuint (store->verdict.operations, ==, 2);
  g_assert_true (store->over);
  g_assert_false (store->tapped);
  g_assert_null (tb_verdicts_of (verdicts, "shop"));
  g_assert_false (tb_verdicts_look (verdicts, TRUE));
}

static void
test_stale_read_is_said_in_small_numbers (Fixture *f, gconstpointer data)
{
  tell_stale_read (f->r);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  const TbVerdict *v = &tb_verdicts_at (verdicts, 0)->verdict;
  g_assert_cmpint (v->kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpuint (v->stale_reads, ==, 1);
  g_assert_cmpuint (v->n_witness, ==, 3);
  g_assert_cmpuint (v->witness[2].value, ==, 1);
  g_assert_cmpuint (v->witness[2].replica, ==, ORDERS_1);
  g_assert_nonnull (g_strrstr (v->sentence, "shop/1"));
  char key[40];
  g_assert_cmpstr (tb_history_key_name (tb_verdicts_at (verdicts, 0)->history, v->key, key, sizeof key), ==, "key:17");
}

static void
test_missed_operations_leave_it_unknown (Fixture *f, gconstpointer data)
{
  const TbRecordBatch gap = { .instance = SHOP, .incarnation = 1, .missed = 3 };
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  recorded_operations (f->r, 30, &gap, NULL, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  const TbStoreVerdict *store = tb_verdicts_at (verdicts, 0);
  g_assert_cmpint (store->verdict.kind, ==, TB_VERDICT_UNKNOWN);
  g_assert_cmpuint (store->missed, ==, 3);
  g_assert_nonnull (g_strrstr (store->verdict.sentence, "3 operations were not recorded"));
}

/* Its write may be among those that are missing. */
static void
test_value_of_a_missed_write_is_no_violation (Fixture *f, gconstpointer data)
{
  const TbRecordBatch gap = { .instance = SHOP, .incarnation = 1, .missed = 1 };
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  tell (f->r, 20, operation (f->r, TB_OP_READ, 0xcccc, 3, 4));
  recorded_operations (f->r, 30, &gap, NULL, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_UNKNOWN);
}

static void
test_stale_read_stays_wrong_with_gaps (Fixture *f, gconstpointer data)
{
  const TbRecordBatch gap = { .instance = SHOP, .incarnation = 1, .missed = 1 };
  recorded_operations (f->r, 1, &gap, NULL, 0);
  tell_stale_read (f->r);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpuint (tb_verdicts_at (verdicts, 0)->missed, ==, 1);
}

static void
test_verdict_is_that_of_its_moment (Fixture *f, gconstpointer data)
{
  tell_stale_read (f->r);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  static const struct
  {
    double ms;
    guint operations;
    TbVerdictKind kind;
  } moments[] = { { 5, 2, TB_VERDICT_LINEARIZABLE }, { 11, 3, TB_VERDICT_VIOLATED }, { 3.5, 1, TB_VERDICT_LINEARIZABLE } };
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      tb_verdicts_set_moment (verdicts, recorded_ns (f->r, moments[i].ms));
      g_assert_true (tb_verdicts_look (verdicts, FALSE));
      g_assert_cmpuint (tb_verdicts_at (verdicts, 0)->verdict.operations, ==, moments[i].operations);
      g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, moments[i].kind);
    }
  tb_verdicts_set_moment (verdicts, recorded_ns (f->r, 0.5));
  tb_verdicts_look (verdicts, FALSE);
  g_assert_cmpuint (tb_verdicts_n (verdicts), ==, 0);
  tb_verdicts_set_moment (verdicts, G_MAXINT64);
  tb_verdicts_look (verdicts, FALSE);
  g_assert_true (tb_verdicts_at (verdicts, 0)->over);
}

static void
test_verdict_follows_a_run (Fixture *f, gconstpointer data)
{
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  g_autoptr (TbPast) past = recorded_growing (f->r);
  tb_past_set_growing (past, TRUE);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_false (tb_verdicts_at (verdicts, 0)->over);
  /* Live, a read may be told before the write that it found. */
  tell (f->r, 30, operation (f->r, TB_OP_READ, 0xbbbb, 7, 8));
  recorded_flush (f->r);
  g_assert_false (tb_verdicts_look (verdicts, TRUE));
  tb_past_refresh (past, 0);
  g_assert_true (tb_verdicts_look (verdicts, TRUE));
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_past_set_growing (past, FALSE);
  g_assert_true (tb_verdicts_look (verdicts, TRUE));
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_true (tb_verdicts_at (verdicts, 0)->over);
}

static void
test_final_reads_find_what_was_lost (Fixture *f, gconstpointer data)
{
  const TbRecordBatch done = { .instance = SHOP, .incarnation = 1, .final = 1 };
  TbRecordOperation last = operation (f->r, TB_OP_READ, 0xaaaa, 30, 31);
  last.final = true;
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xbbbb, 3, 4));
  recorded_operations (f->r, 40, &done, &last, 1);
  g_autoptr (TbPast) past = recorded_growing (f->r);
  tb_past_set_growing (past, TRUE);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  const TbStoreVerdict *store = tb_verdicts_at (verdicts, 0);
  g_assert_cmpuint (tb_past_final_reads (past, SHOP), ==, 1);
  g_assert_true (store->has_final_reads);
  g_assert_cmpuint (store->verdict.lost_writes, ==, 1);
  /* Who writes again has not been read to the end. */
  tell (f->r, 60, operation (f->r, TB_OP_WRITE, 0xcccc, 50, 51));
  recorded_flush (f->r);
  tb_past_refresh (past, 0);
  tb_verdicts_look (verdicts, TRUE);
  g_assert_false (tb_verdicts_at (verdicts, 0)->has_final_reads);
}

/* The first of its numbers mean another process after it was started again. */
static void
test_restarted_client_is_another_process (Fixture *f, gconstpointer data)
{
  for (guint start = 1; start <= 2; start++)
    {
      const TbRecordBatch batch = { .instance = SHOP, .incarnation = start };
      TbRecordOperation o = operation (f->r, TB_OP_WRITE, 0xaaaa + start, start, start + 0.5);
      o.op.outcome = start == 1 ? TB_OP_UNKNOWN : TB_OP_OK;
      o.op.error = start == 1 ? TB_OP_ERROR_CRASHED : 0;
      if (start == 1)
        o.op.return_ns = G_MAXINT64;
      recorded_operations (f->r, 20, &batch, &o, 1);
    }
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  const TbHistory *h = tb_verdicts_at (verdicts, 0)->history;
  g_assert_cmpuint (tb_history_op (h, 0)->process, !=, tb_history_op (h, 1)->process);
  g_assert_cmpuint (tb_verdicts_at (verdicts, 0)->verdict.unknown, ==, 1);
}

static void
test_sets_are_judged_by_their_elements (Fixture *f, gconstpointer data)
{
  TbRecordOperation put = operation (f->r, TB_OP_INSERT, 4, 1, 2), read = operation (f->r, TB_OP_READ, 1 << 3, 3, 4),
                    empty = operation (f->r, TB_OP_READ, 0, 5, 6);
  put.shape = read.shape = empty.shape = TB_SHAPE_SET;
  tell (f->r, 20, put);
  tell (f->r, 20, read);
  g_autoptr (TbPast) good = recorded_growing (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (good);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  tell (f->r, 30, empty);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) others = judged (past);
  g_assert_cmpint (tb_verdicts_at (others, 0)->verdict.kind, ==, TB_VERDICT_VIOLATED);
}

static void
test_counters_are_judged_by_their_numbers (Fixture *f, gconstpointer data)
{
  TbRecordOperation add = operation (f->r, TB_OP_ADD, 5, 1, 2), read = operation (f->r, TB_OP_READ, 5, 3, 4);
  add.shape = read.shape = TB_SHAPE_NUMBER;
  tell (f->r, 20, add);
  tell (f->r, 20, read);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
}

static void
test_availability_is_that_of_the_replicas_side (Fixture *f, gconstpointer data)
{
  TbAvailability sides[2][TB_N_OPS];
  guint8 side_of[N_INSTANCES] = { 255, 255, 0, 1, 255 };
  TbRecordOperation other = operation (f->r, TB_OP_READ, 0, 5, 6);
  other.op.replica = ORDERS_2;
  other.op.outcome = TB_OP_UNKNOWN;
  other.op.error = TB_OP_ERROR_TIMEOUT;
  tell (f->r, 20, operation (f->r, TB_OP_WRITE, 0xaaaa, 1, 2));
  tell (f->r, 20, other);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  tb_verdicts_availability (verdicts, "orders", side_of, N_INSTANCES, 0, G_MAXINT64, sides, 2);
  g_assert_cmpuint (sides[0][TB_OP_WRITE].ok, ==, 1);
  g_assert_cmpuint (sides[1][TB_OP_READ].timed_out, ==, 1);
  g_assert_cmpuint (sides[1][TB_OP_READ].ok, ==, 0);
}

/* ---- Of taps ------------------------------------------------------------------------------------------ */

#define STORE "<architecture xmlns='urn:tierboard:1' name='x'><component id='orders' kind='store'/></architecture>"

static const TbRecordLimits with_payload = { .payload_max = 4096 };

static void
ask (Recorded *r, double ms, guint row, guint number, const char *request, const char *reply)
{
  recorded_bytes (r, ms, TB_EVENT_REQUEST, row, row, number, request);
  recorded_bytes (r, ms + 1, TB_EVENT_REPLY, row, row, number, reply);
}

/* A write on one replica, a newer one, and the older read from the other; then one that nobody answers. */
static void
test_taps_see_a_stale_replica (Fixture *unused, gconstpointer data)
{
  Recorded *r = recorded_new_of (STORE, &with_payload);
  ask (r, 1, SAVE_1, 1, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\na\r\n", "+OK\r\n");
  ask (r, 3, SAVE_1, 2, "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$1\r\nb\r\n", "+OK\r\n");
  ask (r, 5, SAVE_2, 1, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "$1\r\na\r\n");
  ask (r, 7, SAVE_2, 2, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nc\r\n", "-READONLY You can't write\r\n");
  ask (r, 9, SAVE_2, 3, "*1\r\n$4\r\nPING\r\n", "+PONG\r\n");
  recorded_bytes (r, 11, TB_EVENT_REQUEST, SAVE_1, SAVE_1, 3, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nd\r\n");
  recorded_bytes (r, 12, TB_EVENT_CLOSE, SAVE_1, SAVE_1, 3, "");
  g_autoptr (TbPast) past = recorded_open (r);
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  tb_verdicts_set_moment (verdicts, recorded_ns (r, 4.5));
  tb_verdicts_look (verdicts, TRUE);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_verdicts_set_moment (verdicts, G_MAXINT64);
  tb_verdicts_look (verdicts, TRUE);
  const TbStoreVerdict *store = tb_verdicts_of (verdicts, "orders");
  g_assert_true (store->tapped);
  g_assert_cmpuint (store->missed, ==, 0);
  g_assert_cmpint (store->verdict.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpuint (store->verdict.operations, ==, 5);
  g_assert_cmpuint (store->verdict.ok, ==, 3);
  g_assert_cmpuint (store->verdict.failed, ==, 1);
  g_assert_cmpuint (store->verdict.unknown, ==, 1);
  g_assert_cmpuint (store->verdict.witness[2].replica, ==, ORDERS_2);
  tb_verdicts_set_moment (verdicts, recorded_ns (r, 4.5));
  tb_verdicts_look (verdicts, TRUE);
  g_assert_cmpuint (tb_verdicts_at (verdicts, 0)->verdict.operations, ==, 2);
  recorded_free (r);
}

static void
test_taps_see_http_stores (Fixture *unused, gconstpointer data)
{
  Recorded *r = recorded_new_of (STORE, &with_payload);
  ask (r, 1, SAVE_1, 1, "GET /k HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  ask (r, 3, SAVE_1, 2, "PUT /k HTTP/1.1\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 204 No Content\r\n\r\n");
  ask (r, 5, SAVE_1, 3, "GET /k HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  ask (r, 7, SAVE_1, 4, "PUT /k HTTP/1.1\r\nContent-Length: 1\r\n\r\nb", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  g_autoptr (TbPast) past = recorded_open (r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  const TbStoreVerdict *store = tb_verdicts_of (verdicts, "orders");
  g_assert_cmpint (store->verdict.kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_cmpuint (store->verdict.reads, ==, 2);
  g_assert_cmpuint (store->verdict.unknown, ==, 1);
  recorded_free (r);
}

/* A key that was taken away is no stale read. */
static void
test_taps_do_not_know_everything (Fixture *unused, gconstpointer data)
{
  Recorded *r = recorded_new_of (STORE, &with_payload);
  ask (r, 1, SAVE_1, 1, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\na\r\n", "+OK\r\n");
  ask (r, 3, SAVE_1, 2, "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n", ":1\r\n");
  ask (r, 5, SAVE_1, 3, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "$-1\r\n");
  g_autoptr (TbPast) past = recorded_open (r);
  g_autoptr (TbVerdicts) verdicts = judged (past);
  g_assert_cmpint (tb_verdicts_at (verdicts, 0)->verdict.kind, ==, TB_VERDICT_UNKNOWN);
  g_assert_cmpuint (tb_verdicts_at (verdicts, 0)->missed, ==, 1);
  recorded_free (r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/verdicts/good", test_good_history_is_linearizable);
  ADD ("/verdicts/stale", test_stale_read_is_said_in_small_numbers);
  ADD ("/verdicts/missed", test_missed_operations_leave_it_unknown);
  ADD ("/verdicts/missed-write", test_value_of_a_missed_write_is_no_violation);
  ADD ("/verdicts/missed-stale", test_stale_read_stays_wrong_with_gaps);
  ADD ("/verdicts/moment", test_verdict_is_that_of_its_moment);
  ADD ("/verdicts/live", test_verdict_follows_a_run);
  ADD ("/verdicts/final", test_final_reads_find_what_was_lost);
  ADD ("/verdicts/restarted", test_restarted_client_is_another_process);
  ADD ("/verdicts/sets", test_sets_are_judged_by_their_elements);
  ADD ("/verdicts/counters", test_counters_are_judged_by_their_numbers);
  ADD ("/verdicts/availability", test_availability_is_that_of_the_replicas_side);
  ADD ("/verdicts/taps", test_taps_see_a_stale_replica);
  ADD ("/verdicts/taps/http", test_taps_see_http_stores);
  ADD ("/verdicts/taps/unknown", test_taps_do_not_know_everything);
#undef ADD
  return g_test_run ();
}
