/* tierboard diff REC1 REC2: two recordings of one scenario, side by side. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "diff-recordings.h"
#include "recording.h"
#include "run-private.h"
#include "tb-compare.h"
#include "tb-json.h"

/* Of names and orders that are in both; those in one only are always shown. */
#define SAID_OF_BOTH 10

/* ---- As text ------------------------------------------------------------------------------------- */

static void
print_change (double a, double b)
{
  if (a > 0 && b > 0)
    printf ("  %+.1f %%\n", (b - a) / a * 100);
  else
    printf ("  %s\n", a == b ? "" : a > 0 ? "only in the first" : "only in the second");
}

static void
print_count (const char *name, guint64 a, guint64 b)
{
  char first[40], second[40];
  if (a == 0 && b == 0)
    return;
  printf ("  %-12s %14s %14s", name, tb_words_count (a, first, sizeof first),
          tb_words_count (b, second, sizeof second));
  print_change ((double) a, (double) b);
}

static void
print_latency (const char *name, gint64 a, gint64 b)
{
  char first[40], second[40];
  if (a < 0 && b < 0)
    return;
  printf ("  %-12s %14s %14s", name, tb_words_latency (a, first, sizeof first),
          tb_words_latency (b, second, sizeof second));
  print_change ((double) MAX (a, 0), (double) MAX (b, 0));
}

static void
print_link (const TbComparedLink *link)
{
  const TbComparedFigures *a = &link->figures[0], *b = &link->figures[1];
  char first[40], second[40];
  printf ("%s  %s → %s%s\n", link->id, link->from, link->to,
          link->in[0] && link->in[1] ? "" : link->in[0] ? "  only in the first" : "  only in the second");
  print_count ("requests", a->requests, b->requests);
  print_count ("messages", a->messages, b->messages);
  if (a->rate > 0 || b->rate > 0)
    {
      printf ("  %-12s %14s %14s", "rate", tb_words_rate (a->rate, first, sizeof first),
              tb_words_rate (b->rate, second, sizeof second));
      print_change (a->rate, b->rate);
    }
  print_count ("errors", a->errors, b->errors);
  print_count ("refused", a->refused, b->refused);
  print_count ("dropped", a->dropped, b->dropped);
  print_count ("bytes up", a->bytes_up, b->bytes_up);
  print_count ("bytes down", a->bytes_down, b->bytes_down);
  print_latency ("p50", a->p50_ns, b->p50_ns);
  print_latency ("p95", a->p95_ns, b->p95_ns);
  print_latency ("p99", a->p99_ns, b->p99_ns);
}

static void
print_labels (const TbComparison *c)
{
  guint both = 0;
  printf ("\nMessages\n");
  for (guint i = 0; i < c->labels->len; i++)
    {
      const TbComparedLabel *label = g_ptr_array_index (c->labels, i);
      g_autofree char *plain = tb_cli_plain (label->label);
      g_autofree char *name = g_strdup_printf ("%s %s", label->link, plain);
      both += label->n[0] > 0 && label->n[1] > 0;
      if (both <= SAID_OF_BOTH)
        print_count (name, label->n[0], label->n[1]);
    }
  if (both > SAID_OF_BOTH)
    printf ("  and %u more that are in both\n", both - SAID_OF_BOTH);
}

static void
print_orders (const TbComparison *c)
{
  guint both = 0;
  printf ("\nWhat led to what, by trace\n");
  for (guint i = 0; i < c->orders->len; i++)
    {
      const TbComparedOrder *order = g_ptr_array_index (c->orders, i);
      char first[40], second[40];
      both += order->n[0] > 0 && order->n[1] > 0;
      if (both > SAID_OF_BOTH)
        continue;
      g_autofree char *plain = tb_cli_plain (order->text);
      printf ("  %-12s %14s %14s", "", tb_words_count (order->n[0], first, sizeof first),
              tb_words_count (order->n[1], second, sizeof second));
      print_change ((double) order->n[0], (double) order->n[1]);
      printf ("    %s\n", plain);
    }
  if (both > SAID_OF_BOTH)
    printf ("  and %u more that are in both\n", both - SAID_OF_BOTH);
}

static void
print_text (const TbComparison *c, char *const names[2])
{
  for (guint side = 0; side < 2; side++)
    {
      char events[40];
      printf ("%s: %.1f s, %s events%s\n", names[side], (double) c->lasted_ns[side] / 1e9,
              tb_words_count (c->events[side], events, sizeof events),
              c->whole[side] ? "" : " (some are not in it)");
    }
  printf ("%s\n\n", c->same_drawing ? "Both ran the same drawing."
                                    : "They ran different drawings, or different states of one.");
  for (guint i = 0; i < c->links->len; i++)
    print_link (g_ptr_array_index (c->links, i));
  print_labels (c);
  print_orders (c);
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static void
print_figures (TbJson *json, const char *name, gboolean in, const TbComparedFigures *f)
{
  if (!in)
    {
      tb_json_null (json, name);
      return;
    }
  tb_json_begin_object (json, name);
  tb_json_integer (json, "requests", (gint64) f->requests);
  tb_json_integer (json, "replies", (gint64) f->replies);
  tb_json_integer (json, "errors", (gint64) f->errors);
  tb_json_integer (json, "messages", (gint64) f->messages);
  tb_json_integer (json, "bytes_up", (gint64) f->bytes_up);
  tb_json_integer (json, "bytes_down", (gint64) f->bytes_down);
  tb_json_integer (json, "refused", (gint64) f->refused);
  tb_json_integer (json, "dropped", (gint64) f->dropped);
  tb_json_number (json, "rate", f->rate);
  tb_json_number (json, "p50_ms", f->p50_ns >= 0 ? (double) f->p50_ns / 1e6 : NAN);
  tb_json_number (json, "p95_ms", f->p95_ns >= 0 ? (double) f->p95_ns / 1e6 : NAN);
  tb_json_number (json, "p99_ms", f->p99_ns >= 0 ? (double) f->p99_ns / 1e6 : NAN);
  tb_json_end_object (json);
}

static void
print_counts (TbJson *json, const guint64 n[2])
{
  tb_json_integer (json, "first", (gint64) n[0]);
  tb_json_integer (json, "second", (gint64) n[1]);
}

static void
print_sides (TbJson *json, const TbComparison *c, char *const names[2])
{
  static const char *const sides[] = { "first", "second" };
  for (guint side = 0; side < 2; side++)
    {
      tb_json_begin_object (json, sides[side]);
      tb_json_string (json, "file", names[side]);
      tb_json_number (json, "lasted_ms", (double) c->lasted_ns[side] / 1e6);
      tb_json_integer (json, "events", (gint64) c->events[side]);
      tb_json_boolean (json, "whole", c->whole[side]);
      tb_json_end_object (json);
    }
}

static void
print_lists (TbJson *json, const TbComparison *c)
{
  tb_json_begin_array (json, "messages");
  for (guint i = 0; i < c->labels->len; i++)
    {
      const TbComparedLabel *label = g_ptr_array_index (c->labels, i);
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "link", label->link);
      tb_json_string (json, "label", label->label);
      print_counts (json, label->n);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
  tb_json_begin_array (json, "orders");
  for (guint i = 0; i < c->orders->len; i++)
    {
      const TbComparedOrder *order = g_ptr_array_index (c->orders, i);
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "order", order->text);
      print_counts (json, order->n);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static void
print_json (const TbComparison *c, char *const names[2])
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  print_sides (json, c, names);
  tb_json_boolean (json, "same_drawing", c->same_drawing);
  tb_json_boolean (json, "differs", tb_comparison_differs (c));
  tb_json_begin_array (json, "links");
  for (guint i = 0; i < c->links->len; i++)
    {
      const TbComparedLink *link = g_ptr_array_index (c->links, i);
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", link->id);
      tb_json_string (json, "from", link->from);
      tb_json_string (json, "to", link->to);
      print_figures (json, "first", link->in[0], &link->figures[0]);
      print_figures (json, "second", link->in[1], &link->figures[1]);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
  print_lists (json, c);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

/* What takes long is said on a terminal; Ctrl-C ends it as it ends anything. */
static TbComparison *
compare (TbPast *first, TbPast *second)
{
  TbComparing *comparing = tb_comparing_new (first, second);
  gint64 began_ns = tb_now_ns ();
  gboolean says = FALSE;
  while (!tb_comparing_go_on (comparing, TB_NS_PER_S / 10))
    {
      says = says || (isatty (STDERR_FILENO) && tb_now_ns () - began_ns > TB_NS_PER_S);
      if (says)
        fprintf (stderr, "\rcomparing … %2.0f %%", 100 * tb_comparing_share (comparing));
    }
  if (says)
    fputs ("\r                  \r", stderr);
  TbComparison *out = tb_comparing_take (comparing);
  tb_comparing_free (comparing);
  return out;
}

int
tb_diff_recordings (char *const names[2], gboolean as_json)
{
  g_autoptr (TbPast) first = tb_cli_open_recording (names[0]);
  g_autoptr (TbPast) second = first != NULL ? tb_cli_open_recording (names[1]) : NULL;
  if (second == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (TbComparison) comparison = compare (first, second);
  if (as_json)
    print_json (comparison, names);
  else
    print_text (comparison, names);
  return tb_comparison_differs (comparison) ? TB_EXIT_NO : TB_EXIT_YES;
}
