/* A verdict as people and programs read it: sentence, counter-example, figures. */
#include "verdict-words.h"

#include <stdio.h>

#include "recording.h"

/* ---- Words --------------------------------------------------------------------------------------------- */

static char *
plain_client (const TbHistory *h, const TbOp *op)
{
  char name[128];
  return tb_cli_plain (tb_history_client_name (h, op, name, sizeof name));
}

/* "from 20 ms to 30 ms (line 3)", "lines 4 to 9". */
static void
print_when (const TbHistory *h, const TbOp *op, gint64 first)
{
  char from[40], to[40];
  gboolean ended = op->return_ns != G_MAXINT64;
  if (tb_history_is_by_lines (h) && ended)
    {
      printf ("lines %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "\n", op->invoke_ns, op->return_ns);
      return;
    }
  if (tb_history_is_by_lines (h))
    {
      printf ("from line %" G_GINT64_FORMAT ", without an end\n", op->invoke_ns);
      return;
    }
  printf ("from %s", tb_history_time_text (h, op->invoke_ns - first, from, sizeof from));
  if (ended)
    printf (" to %s", tb_history_time_text (h, op->return_ns - first, to, sizeof to));
  else
    printf (", without an end");
  if (op->line > 0)
    printf ("  (line %u)", op->line);
  putchar ('\n');
}

static void
print_witness (const TbHistory *h, const TbVerdict *v)
{
  for (guint i = 0; i < v->n_witness; i++)
    {
      const TbOp *op = &v->witness[i];
      char label[160];
      g_autofree char *client = plain_client (h, op);
      tb_history_op_text (h, op, label, sizeof label);
      g_autofree char *plain = tb_cli_plain (label);
      printf ("  %-14s %-24s ", client, plain);
      print_when (h, op, v->witness[0].invoke_ns);
    }
}

static void
print_figures (const TbHistory *h, const TbVerdict *v, gboolean final_reads)
{
  char worst[40], delta[40];
  printf ("%" G_GUINT64_FORMAT " operations on %" G_GUINT64_FORMAT " %s: %" G_GUINT64_FORMAT " ok, %" G_GUINT64_FORMAT
          " failed, %" G_GUINT64_FORMAT " unknown\n",
          v->operations, v->keys, v->keys == 1 ? "key" : "keys", v->ok, v->failed, v->unknown);
  if (v->left_out > 0)
    printf ("%" G_GUINT64_FORMAT " of other kinds left out\n", v->left_out);
  if (v->keys_violated + v->keys_unknown > 0 && v->keys > 1)
    printf ("%" G_GUINT64_FORMAT " keys not linearizable, %" G_GUINT64_FORMAT " unknown\n", v->keys_violated, v->keys_unknown);
  if (v->stale_reads > 0)
    printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " reads stale, at worst by %s and %u %s\n", v->stale_reads, v->reads,
            tb_history_time_text (h, v->staleness_worst_ns, worst, sizeof worst), v->staleness_worst_versions,
            v->staleness_worst_versions == 1 ? "version" : "versions");
  if (v->delta_ns > 0)
    printf ("linearizable if every read had begun %s earlier\n", tb_history_time_text (h, v->delta_ns, delta, sizeof delta));
  for (int g = 0; g < TB_N_GUARANTEES; g++)
    if (v->guarantees >> g & 1)
      printf ("broken: %s\n", tb_guarantee_name ((TbGuarantee) g));
  if (final_reads)
    printf ("%" G_GUINT64_FORMAT " acknowledged writes lost\n", v->lost_writes);
}

void
tb_verdict_print (const TbHistory *h, const TbVerdict *v, gboolean final_reads)
{
  g_autofree char *sentence = tb_cli_plain (v->sentence);
  printf ("%s: %s\n", tb_verdict_word (v->kind), sentence);
  print_witness (h, v);
  print_figures (h, v, final_reads);
}

/* ---- JSON ----------------------------------------------------------------------------------------------- */

static void
put_op (TbJson *json, const TbHistory *h, const TbOp *op)
{
  char label[160], client[128], key[128];
  g_autofree char *name = g_utf8_make_valid (tb_history_client_name (h, op, client, sizeof client), -1);
  g_autofree char *done = g_utf8_make_valid (tb_history_op_text (h, op, label, sizeof label), -1);
  g_autofree char *of = g_utf8_make_valid (tb_history_key_name (h, op->key, key, sizeof key), -1);
  tb_json_begin_object (json, NULL);
  tb_json_integer (json, "process", op->process);
  tb_json_string (json, "client", name);
  tb_json_string (json, "key", of);
  tb_json_string (json, "operation", done);
  tb_json_integer (json, "start_ns", op->invoke_ns);
  if (op->return_ns != G_MAXINT64)
    tb_json_integer (json, "end_ns", op->return_ns);
  else
    tb_json_null (json, "end_ns");
  if (op->line > 0)
    tb_json_integer (json, "line", op->line);
  tb_json_end_object (json);
}

static void
put_figures (TbJson *json, const TbVerdict *v, gboolean final_reads)
{
  tb_json_integer (json, "keys", (gint64) v->keys);
  tb_json_integer (json, "keys_violated", (gint64) v->keys_violated);
  tb_json_integer (json, "keys_unknown", (gint64) v->keys_unknown);
  tb_json_integer (json, "operations", (gint64) v->operations);
  tb_json_integer (json, "ok", (gint64) v->ok);
  tb_json_integer (json, "failed", (gint64) v->failed);
  tb_json_integer (json, "unknown", (gint64) v->unknown);
  tb_json_integer (json, "left_out", (gint64) v->left_out);
  tb_json_integer (json, "reads", (gint64) v->reads);
  tb_json_integer (json, "stale_reads", (gint64) v->stale_reads);
  tb_json_integer (json, "staleness_worst_ns", v->staleness_worst_ns);
  tb_json_integer (json, "staleness_worst_versions", v->staleness_worst_versions);
  tb_json_integer (json, "staleness_p95_ns", v->staleness_p95_ns);
  tb_json_integer (json, "stale_p95_ns", v->stale_p95_ns);
  if (v->delta_ns >= 0)
    tb_json_integer (json, "delta_ns", v->delta_ns);
  else
    tb_json_null (json, "delta_ns");
  if (final_reads)
    tb_json_integer (json, "lost_writes", (gint64) v->lost_writes);
  tb_json_begin_array (json, "broken");
  for (int g = 0; g < TB_N_GUARANTEES; g++)
    if (v->guarantees >> g & 1)
      tb_json_string (json, NULL, tb_guarantee_name ((TbGuarantee) g));
  tb_json_end_array (json);
}

void
tb_verdict_put (TbJson *json, const TbHistory *h, const TbVerdict *v, gboolean final_reads)
{
  g_autofree char *sentence = g_utf8_make_valid (v->sentence, -1);
  tb_json_string (json, "verdict", tb_verdict_word (v->kind));
  tb_json_string (json, "sentence", sentence);
  tb_json_begin_array (json, "counterexample");
  for (guint i = 0; i < v->n_witness; i++)
    put_op (json, h, &v->witness[i]);
  tb_json_end_array (json);
  put_figures (json, v, final_reads);
}

void
tb_verdict_put_store (TbJson *json, const TbStoreVerdict *store)
{
  tb_json_string (json, "store", store->component);
  tb_json_integer (json, "missed", (gint64) store->missed);
  tb_json_boolean (json, "tapped", store->tapped);
  tb_verdict_put (json, store->history, &store->verdict, store->has_final_reads);
}

TbExitStatus
tb_verdict_status (TbVerdictKind kind)
{
  static const TbExitStatus statuses[] = { TB_EXIT_YES, TB_EXIT_NO, TB_EXIT_UNKNOWN };
  return statuses[kind];
}
