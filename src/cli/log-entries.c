/* What `tierboard log` says of lines, messages, faults, problems and states. Nothing in it acts on a terminal: lines
 * come without escapes, and all else that a program may have put there is made plain. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "log-private.h"
#include "recording.h"
#include "run-private.h"
#include "tb-json.h"
#include "tb-proto.h"

#define DIM "\033[2m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* ---- Who is meant -------------------------------------------------------------------------------- */

static gboolean
means_name (const TbLogShown *s, const char *id, const char *component)
{
  if (s->instances == NULL)
    return TRUE;
  return g_strv_contains ((const char *const *) s->instances, id)
         || (component != NULL && g_strv_contains ((const char *const *) s->instances, component));
}

static gboolean
means_instance (const TbLogShown *s, guint index)
{
  const TbPastInstance *row = tb_past_instance (s->past, index);
  return row != NULL ? means_name (s, row->id, row->component) : s->instances == NULL;
}

static gboolean
means_band (const TbLogShown *s, const TbPastBand *band)
{
  if (s->instances == NULL)
    return TRUE;
  if (band->instance != G_MAXUINT)
    return means_instance (s, band->instance);
  for (guint i = 0; i < tb_past_n_links (s->past); i++)
    {
      const TbPastLink *link = tb_past_link (s->past, i);
      if (g_strcmp0 (link->id, band->link) == 0)
        return means_name (s, link->from, NULL) || means_name (s, link->to, NULL);
    }
  return TRUE; /* a partition is everybody's */
}

static gboolean
means_line (const TbLogShown *s, const TbLogLine *line)
{
  return means_instance (s, line->instance)
         && (s->grep == NULL || g_regex_match (s->grep, line->text, 0, NULL));
}

static gboolean
means_problem (const TbLogShown *s, const TbPastProblem *problem)
{
  const char *slash = strchr (problem->instance, '/');
  g_autofree char *component = slash != NULL ? g_strndup (problem->instance, (gsize) (slash - problem->instance)) : NULL;
  return means_name (s, problem->instance, component);
}

gboolean
tb_log_means_entry (const TbLogShown *s, const TbEntry *entry)
{
  switch (entry->kind)
    {
    case TB_ENTRY_LINE:
      return means_line (s, tb_log_book_line (s->book, entry->index));
    case TB_ENTRY_FAULT_BEGINS:
    case TB_ENTRY_FAULT_ENDS:
      return means_band (s, tb_past_band (s->past, entry->index));
    case TB_ENTRY_PROBLEM:
      return means_problem (s, tb_past_problem (s->past, entry->index));
    case TB_ENTRY_STATE:
      return s->grep == NULL && means_instance (s, tb_past_state (s->past, entry->index)->instance);
    case TB_ENTRY_GAP:
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

gboolean
tb_log_means_event (const TbLogShown *s, guint64 position, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (s->past, event->tap);
  if (!tb_filter_picks_kinds (s->filter) && !tb_event_is_message (event) && !tb_event_is_bad (event))
    return FALSE;
  if (tap == NULL || (!means_instance (s, tap->from) && !means_instance (s, tap->to)))
    return FALSE;
  return tb_filter_matches_at (s->filter, s->past, position, event);
}

/* ---- As text ------------------------------------------------------------------------------------- */

static double
seconds (const TbLogShown *s, gint64 time_ns)
{
  return (double) (time_ns - tb_past_start_ns (s->past)) / 1e9;
}

static void
say (const TbLogShown *s, gint64 time_ns, const char *who, const char *colour, const char *text)
{
  printf ("%11.6f  %-16s %s%s%s\n", seconds (s, time_ns), who, s->colour ? colour : "", text,
          s->colour && *colour != '\0' ? PLAIN : "");
}

static void
say_line (const TbLogShown *s, const TbLogLine *line)
{
  g_autofree char *lost = line->lost > 0
                            ? g_strdup_printf ("(%" G_GUINT64_FORMAT " bytes before this are not recorded) ", line->lost)
                            : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("│ %s%s", lost, line->text);
  say (s, line->time_ns, tb_cli_instance_name (s->past, line->instance), "", text);
}

static void
say_band (const TbLogShown *s, const TbPastBand *band, gboolean begins)
{
  g_autofree char *plain = tb_cli_plain (band->text);
  g_autofree char *text = g_strdup_printf ("━━ %s%s%s%s", begins ? "" : "over: ", plain,
                                           band->link != NULL ? " on " : "", band->link != NULL ? band->link : "");
  say (s, begins ? band->from_ns : band->to_ns,
       band->instance != G_MAXUINT ? tb_cli_instance_name (s->past, band->instance) : "fault", YELLOW, text);
}

static void
say_problem (const TbLogShown *s, const TbPastProblem *problem)
{
  static const char *const words[] = { "error", "warning", "note" };
  g_autofree char *plain = tb_cli_plain (problem->sentence);
  g_autofree char *text = g_strdup_printf ("!! %s: %s", words[MIN (problem->severity, 2)], plain);
  say (s, problem->time_ns, *problem->instance != '\0' ? problem->instance : "run",
       problem->severity == 0 ? RED : YELLOW, text);
}

static void
say_state (const TbLogShown *s, const TbPastState *state)
{
  g_autofree char *plain = tb_cli_plain (state->sentence);
  g_autofree char *text = g_strdup_printf ("● %s%s%s", tb_instance_state_name (state->state), *plain != '\0' ? ": " : "",
                                           plain);
  say (s, state->time_ns, tb_cli_instance_name (s->past, state->instance), DIM, text);
}

static void
say_gap (const TbLogShown *s, const TbPastGap *gap)
{
  g_autofree char *text = g_strdup_printf ("… %" G_GUINT64_FORMAT " events are missing until %.6f: %s", gap->events,
                                           seconds (s, gap->to_ns), gap->why);
  say (s, gap->from_ns, "recording", YELLOW, text);
}

/* Where it comes from and where it goes. */
static void
ends_of (const TbLogShown *s, const TbEvent *event, const char **from, const char **to)
{
  const TbPastTap *tap = tb_past_tap (s->past, event->tap);
  gboolean up = event->direction == TB_DIR_UP;
  *from = tb_cli_instance_name (s->past, tap == NULL ? G_MAXUINT : up ? tap->from : tap->to);
  *to = tb_cli_instance_name (s->past, tap == NULL ? G_MAXUINT : up ? tap->to : tap->from);
}

static void
say_event (const TbLogShown *s, const TbEvent *event)
{
  const char *from, *to;
  char latency[40];
  g_autofree char *raw = g_strndup (event->label, sizeof event->label), *label = tb_cli_plain (raw);
  g_autofree char *row = tb_cli_row_name (s->past, event->tap);
  g_autoptr (GString) text = g_string_new (NULL);
  ends_of (s, event, &from, &to);
  g_string_append_printf (text, "→ %s  %s", to, tb_event_kind_name ((TbEventKind) event->kind));
  if (event->status != 0)
    g_string_append_printf (text, " %u", event->status);
  if (*label != '\0')
    g_string_append_printf (text, " %s", label);
  if (event->kind == TB_EVENT_REPLY && event->aux > 0)
    g_string_append_printf (text, " · %s", tb_words_latency ((gint64) event->aux, latency, sizeof latency));
  g_string_append_printf (text, "  [%s]%s", row, event->error ? "  failed" : "");
  say (s, event->time_ns, from, tb_event_is_bad (event) ? RED : DIM, text->str);
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static void
begin (TbJson *json, const TbLogShown *s, gint64 time_ns, const char *type)
{
  tb_json_begin_object (json, NULL);
  tb_json_integer (json, "time_ns", time_ns - tb_past_start_ns (s->past));
  tb_json_string (json, "type", type);
}

static void
plain_string (TbJson *json, const char *name, const char *text)
{
  g_autofree char *plain = tb_cli_plain (text);
  tb_json_string (json, name, plain);
}

static void
write_band (TbJson *json, const TbLogShown *s, const TbPastBand *band, gboolean begins)
{
  begin (json, s, begins ? band->from_ns : band->to_ns, "fault");
  tb_json_boolean (json, "begins", begins);
  plain_string (json, "id", band->id);
  tb_json_string (json, "link", band->link);
  if (band->instance != G_MAXUINT)
    tb_json_string (json, "instance", tb_cli_instance_name (s->past, band->instance));
  plain_string (json, "text", band->text);
}

static void
write_line (TbJson *json, const TbLogShown *s, const TbLogLine *line)
{
  begin (json, s, line->time_ns, "log");
  tb_json_string (json, "instance", tb_cli_instance_name (s->past, line->instance));
  tb_json_string (json, "text", line->text);
  if (line->lost > 0)
    tb_json_integer (json, "lost_bytes", (gint64) line->lost);
}

static void
write_state (TbJson *json, const TbLogShown *s, const TbPastState *state)
{
  begin (json, s, state->time_ns, "state");
  tb_json_string (json, "instance", tb_cli_instance_name (s->past, state->instance));
  tb_json_string (json, "state", tb_instance_state_name (state->state));
  plain_string (json, "text", state->sentence);
}

static void
write_problem (TbJson *json, const TbLogShown *s, const TbPastProblem *problem)
{
  begin (json, s, problem->time_ns, "problem");
  tb_json_integer (json, "severity", problem->severity);
  tb_json_string (json, "instance", problem->instance);
  plain_string (json, "text", problem->sentence);
}

static void
write_gap (TbJson *json, const TbLogShown *s, const TbPastGap *gap)
{
  begin (json, s, gap->from_ns, "gap");
  tb_json_integer (json, "to_ns", gap->to_ns - tb_past_start_ns (s->past));
  tb_json_integer (json, "events", (gint64) gap->events);
  tb_json_string (json, "text", gap->why);
}

static void
write_event (TbJson *json, const TbLogShown *s, const TbEvent *event)
{
  const char *from, *to;
  g_autofree char *label = g_strndup (event->label, sizeof event->label);
  g_autofree char *row = tb_cli_row_name (s->past, event->tap);
  ends_of (s, event, &from, &to);
  begin (json, s, event->time_ns, "message");
  tb_json_string (json, "kind", tb_event_kind_name ((TbEventKind) event->kind));
  tb_json_string (json, "link", row);
  tb_json_string (json, "from", from);
  tb_json_string (json, "to", to);
  plain_string (json, "label", label);
  tb_json_integer (json, "size", event->size);
  if (event->status != 0)
    tb_json_integer (json, "status", event->status);
  if (event->kind == TB_EVENT_REPLY)
    tb_json_number (json, "latency_ms", (double) event->aux / 1e6);
  tb_json_boolean (json, "error", event->error != 0);
}

/* ---- Either -------------------------------------------------------------------------------------- */

static void
end (TbJson *json)
{
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

static void
entry_as_json (const TbLogShown *s, const TbEntry *entry)
{
  g_autoptr (TbJson) json = tb_json_new ();
  switch (entry->kind)
    {
    case TB_ENTRY_LINE:
      write_line (json, s, tb_log_book_line (s->book, entry->index));
      break;
    case TB_ENTRY_FAULT_BEGINS:
    case TB_ENTRY_FAULT_ENDS:
      write_band (json, s, tb_past_band (s->past, entry->index), entry->kind == TB_ENTRY_FAULT_BEGINS);
      break;
    case TB_ENTRY_PROBLEM:
      write_problem (json, s, tb_past_problem (s->past, entry->index));
      break;
    case TB_ENTRY_STATE:
      write_state (json, s, tb_past_state (s->past, entry->index));
      break;
    case TB_ENTRY_GAP:
      write_gap (json, s, tb_past_gap (s->past, entry->index));
      break;
    default:
      g_assert_not_reached ();
    }
  end (json);
}

static void
entry_as_text (const TbLogShown *s, const TbEntry *entry)
{
  switch (entry->kind)
    {
    case TB_ENTRY_LINE:
      say_line (s, tb_log_book_line (s->book, entry->index));
      break;
    case TB_ENTRY_FAULT_BEGINS:
    case TB_ENTRY_FAULT_ENDS:
      say_band (s, tb_past_band (s->past, entry->index), entry->kind == TB_ENTRY_FAULT_BEGINS);
      break;
    case TB_ENTRY_PROBLEM:
      say_problem (s, tb_past_problem (s->past, entry->index));
      break;
    case TB_ENTRY_STATE:
      say_state (s, tb_past_state (s->past, entry->index));
      break;
    case TB_ENTRY_GAP:
      say_gap (s, tb_past_gap (s->past, entry->index));
      break;
    default:
      g_assert_not_reached ();
    }
}

void
tb_log_say_entry (const TbLogShown *s, const TbEntry *entry)
{
  (s->json ? entry_as_json : entry_as_text) (s, entry);
}

void
tb_log_say_event (const TbLogShown *s, const TbEvent *event)
{
  if (!s->json)
    {
      say_event (s, event);
      return;
    }
  g_autoptr (TbJson) json = tb_json_new ();
  write_event (json, s, event);
  end (json);
}
