/* tierboard trace REC [ID]: the requests of a recording, and what each of them led to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "recording.h"
#include "run-private.h"
#include "tb-json.h"
#include "tb-trace.h"

#define BAR 24

typedef struct
{
  TbPast *past;
  gboolean json, errors, inferred;
  int slowest;
} Listing;

/* ---- Words --------------------------------------------------------------------------------------- */

static double
ms_of (gint64 ns)
{
  return (double) ns / 1e6;
}

static double
since_start (const Listing *l, gint64 time_ns)
{
  return ms_of (time_ns - tb_past_start_ns (l->past));
}

static void
hex_of (const guint8 id[8], char out[17])
{
  for (int i = 0; i < 8; i++)
    g_snprintf (out + 2 * i, 3, "%02x", id[i]);
}

static gboolean
has_id (const guint8 id[8])
{
  static const guint8 none[8];
  return memcmp (id, none, sizeof none) != 0;
}

/* Its id, or where it is: "#123". */
static void
name_of_root (const TbTraceRoot *root, char out[32])
{
  if (has_id (root->trace_id))
    hex_of (root->trace_id, out);
  else
    g_snprintf (out, 32, "#%" G_GUINT64_FORMAT, root->request);
}

static char *
label_at (const Listing *l, guint64 position, guint *status)
{
  TbEvent event = { 0 };
  tb_past_event (l->past, position, &event);
  if (status != NULL)
    *status = event.status;
  return tb_cli_plain (event.label);
}

/* ---- The list ------------------------------------------------------------------------------------ */

static int
slower_first (gconstpointer a, gconstpointer b)
{
  const TbTraceRoot *x = a, *y = b;
  gint64 long_x = x->to_ns - x->from_ns, long_y = y->to_ns - y->from_ns;
  return long_x > long_y ? -1 : long_x < long_y;
}

static void
print_root_json (const Listing *l, const TbTraceRoot *root)
{
  char id[17];
  guint64 row_of = 0;
  TbEvent event = { 0 };
  g_autoptr (TbJson) json = tb_json_new ();
  hex_of (root->trace_id, id);
  row_of = tb_past_event (l->past, root->request, &event) ? event.tap : G_MAXUINT;
  g_autofree char *link = tb_cli_row_name (l->past, (guint) row_of);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "trace", has_id (root->trace_id) ? id : NULL);
  tb_json_integer (json, "request", (gint64) root->request);
  tb_json_string (json, "link", link);
  tb_json_string (json, "label", event.label);
  tb_json_number (json, "from_ms", since_start (l, root->from_ns));
  tb_json_number (json, "lasted_ms", ms_of (root->to_ns - root->from_ns));
  tb_json_integer (json, "spans", root->spans);
  tb_json_boolean (json, "error", root->error);
  tb_json_boolean (json, "answered", !root->open);
  tb_json_boolean (json, "inferred", root->inferred);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

static void
print_root (const Listing *l, const TbTraceRoot *root)
{
  char name[32], lasted[24];
  TbEvent event = { .tap = G_MAXUINT };
  tb_past_event (l->past, root->request, &event);
  g_autofree char *link = tb_cli_row_name (l->past, event.tap);
  g_autofree char *label = tb_cli_plain (event.label);
  name_of_root (root, name);
  printf ("%11.3f s  %8s  %3u %-5s  %-16s  %s %s%s%s\n", since_start (l, root->from_ns) / 1e3,
          tb_words_latency (root->to_ns - root->from_ns, lasted, sizeof lasted), root->spans,
          root->spans == 1 ? "span" : "spans", name, link, label, root->error ? "  failed" : root->open ? "  no answer" : "",
          root->inferred ? "  (partly inferred)" : "");
}

static int
list (const Listing *l)
{
  g_autoptr (GArray) roots = tb_traces_list (l->past, 0, G_MAXUINT64);
  guint shown = 0;
  if (l->slowest > 0)
    g_array_sort (roots, slower_first);
  for (guint i = 0; i < roots->len && (l->slowest <= 0 || shown < (guint) l->slowest); i++)
    {
      const TbTraceRoot *root = &g_array_index (roots, TbTraceRoot, i);
      if (l->errors && !root->error)
        continue;
      shown++;
      (l->json ? print_root_json : print_root) (l, root);
    }
  return TB_EXIT_YES;
}

/* ---- One tree ------------------------------------------------------------------------------------ */

/* The first message with that id; G_MAXUINT64: there is none. */
static guint64
find_id (TbPast *past, const char *text)
{
  gsize n = strlen (text);
  guint8 id[8];
  TbEvent events[1024];
  if (*text == '#')
    return g_ascii_strtoull (text + 1, NULL, 10);
  if ((n != 16 && n != 32) || strspn (text, "0123456789abcdefABCDEF") != n)
    return G_MAXUINT64;
  for (int i = 0; i < 8; i++)
    id[i] = (guint8) (g_ascii_xdigit_value (text[n - 16 + 2 * (gsize) i]) << 4
                      | g_ascii_xdigit_value (text[n - 15 + 2 * (gsize) i]));
  gsize got;
  for (guint64 at = tb_past_first_event (past); (got = tb_past_events (past, at, events, 1024)) > 0; at += got)
    for (gsize i = 0; i < got; i++)
      if (events[i].kind == TB_EVENT_REQUEST && memcmp (events[i].trace_id, id, sizeof id) == 0)
        return at + i;
  return G_MAXUINT64;
}

/* When in the whole it was: as long as it lasted, dotted where its cause is a guess. */
static char *
bar_of (const TbTraceSpan *span, const TbTraceSpan *root)
{
  GString *out = g_string_new (NULL);
  double whole = (double) MAX (root->to_ns - root->from_ns, 1);
  int from = (int) ((double) (span->from_ns - root->from_ns) / whole * BAR);
  int to = (int) ((double) (span->to_ns - root->from_ns) / whole * BAR);
  from = CLAMP (from, 0, BAR - 1);
  to = CLAMP (to, from + 1, BAR);
  for (int i = 0; i < BAR; i++)
    g_string_append (out, i < from || i >= to ? " " : span->inferred ? "┄" : span->critical ? "━" : "─");
  return g_string_free (out, FALSE);
}

static void
print_span (const Listing *l, const TbTraceSpan *span, const TbTraceSpan *root)
{
  char lasted[24];
  guint status = 0;
  const TbPastTap *tap = tb_past_tap (l->past, span->tap);
  g_autofree char *link = tb_cli_row_name (l->past, span->tap);
  g_autofree char *bar = bar_of (span, root);
  g_autofree char *label = label_at (l, span->request, NULL);
  if (span->reply != G_MAXUINT64)
    g_free (label_at (l, span->reply, &status));
  printf ("%10.3f  %s  %8s  %*s%s %s → %s  %s", ms_of (span->from_ns - root->from_ns), bar,
          span->reply != G_MAXUINT64
            ? tb_words_latency (span->to_ns - span->from_ns, lasted, sizeof lasted) : "–",
          (int) (2 * MIN (span->depth, 20)), "", link,
          tb_cli_instance_name (l->past, tap != NULL ? tap->from : G_MAXUINT),
          tb_cli_instance_name (l->past, tap != NULL ? tap->to : G_MAXUINT), label);
  if (status != 0)
    printf ("  %u", status);
  printf ("%s%s%s", span->error ? "  failed" : span->reply == G_MAXUINT64 ? "  no reply" : "",
          span->critical ? "  critical" : "", span->inferred ? "  (inferred" : "");
  if (span->inferred && span->candidates > 1)
    printf (", one of %u", span->candidates);
  puts (span->inferred ? ")" : "");
}

static void
print_span_json (TbJson *json, const Listing *l, const TbTraceSpan *span)
{
  guint status = 0;
  const TbPastTap *tap = tb_past_tap (l->past, span->tap);
  g_autofree char *link = tb_cli_row_name (l->past, span->tap);
  g_autofree char *label = label_at (l, span->request, NULL);
  if (span->reply != G_MAXUINT64)
    g_free (label_at (l, span->reply, &status));
  tb_json_begin_object (json, NULL);
  tb_json_integer (json, "request", (gint64) span->request);
  if (span->reply != G_MAXUINT64)
    tb_json_integer (json, "reply", (gint64) span->reply);
  else
    tb_json_null (json, "reply");
  if (span->parent != G_MAXUINT)
    tb_json_integer (json, "parent", span->parent);
  else
    tb_json_null (json, "parent");
  tb_json_string (json, "link", link);
  tb_json_string (json, "from", tb_cli_instance_name (l->past, tap != NULL ? tap->from : G_MAXUINT));
  tb_json_string (json, "to", tb_cli_instance_name (l->past, tap != NULL ? tap->to : G_MAXUINT));
  tb_json_string (json, "label", label);
  tb_json_integer (json, "status", status);
  tb_json_number (json, "from_ms", since_start (l, span->from_ns));
  tb_json_number (json, "lasted_ms", ms_of (span->to_ns - span->from_ns));
  tb_json_boolean (json, "error", span->error);
  tb_json_boolean (json, "critical", span->critical);
  tb_json_boolean (json, "inferred", span->inferred);
  if (span->inferred)
    tb_json_integer (json, "candidates", span->candidates);
  tb_json_end_object (json);
}

static int
show_tree (const Listing *l, const char *id)
{
  guint64 position = find_id (l->past, id);
  g_autoptr (GArray) spans = tb_trace_of (l->past, position);
  g_autoptr (TbJson) json = tb_json_new ();
  if (spans->len == 0)
    {
      tb_cli_error ("there is no request “%s” in it; “tierboard trace REC” lists them", id);
      return TB_EXIT_REFUSED;
    }
  tb_json_begin_array (json, NULL);
  for (guint i = 0; i < spans->len; i++)
    if (l->json)
      print_span_json (json, l, &g_array_index (spans, TbTraceSpan, i));
    else
      print_span (l, &g_array_index (spans, TbTraceSpan, i), &g_array_index (spans, TbTraceSpan, 0));
  tb_json_end_array (json);
  if (l->json)
    puts (tb_json_text (json));
  return TB_EXIT_YES;
}

int
tb_cmd_trace (int argc, char **argv)
{
  Listing l = { 0 };
  const GOptionEntry entries[] = {
    { "slowest", 0, 0, G_OPTION_ARG_INT, &l.slowest, "Only so many, those that lasted longest first", "N" },
    { "errors", 0, 0, G_OPTION_ARG_NONE, &l.errors, "Only those in which something failed", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &l.json, "A JSON object a line; of one tree, a list of its spans", NULL },
    { NULL }
  };
  if (!tb_cli_options (&argc, &argv, "REC [ID]",
                       "Lists the requests of a recording that nothing else led to; with ID, a trace's "
                       "id or #POSITION, shows all that one led to. What is not known from "
                       "traceparent, but inferred from time and place, says so.",
                       entries))
    return TB_EXIT_REFUSED;
  if (argc < 2 || argc > 3)
    {
      tb_cli_error ("name one recording, and a request if you like; see “%s --help”", argv[0]);
      return TB_EXIT_REFUSED;
    }
  g_autoptr (TbPast) past = l.past = tb_cli_open_recording (argv[1]);
  if (past == NULL)
    return TB_EXIT_REFUSED;
  return argc == 3 ? show_tree (&l, argv[2]) : list (&l);
}
