#include "message-words.h"

#include <string.h>

#include "format.h"
#include "tb-payload.h"
#include "tb-proto.h"

char *
tb_message_words_time (TbPast *past, gint64 time_ns)
{
  return g_strdup_printf ("%.4f", (double) (time_ns - tb_past_start_ns (past)) / 1e9);
}

char *
tb_message_words_instance (TbPast *past, guint instance)
{
  const TbPastInstance *known = instance == G_MAXUINT ? NULL : tb_past_instance (past, instance);
  if (!known)
    return g_strdup (instance == G_MAXUINT ? "outside" : "?");
  return tb_format_instance (known->id);
}

char *
tb_message_words_link (TbPast *past, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (past, event->tap);
  const TbPastLink *link = tap && tap->link != G_MAXUINT ? tb_past_link (past, tap->link) : NULL;
  return g_strdup (link ? link->id : tap ? "not drawn" : "");
}

char *
tb_message_words_way (TbPast *past, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (past, event->tap);
  gboolean back = event->direction == TB_DIR_DOWN;
  if (!tap)
    return g_strdup ("");
  g_autofree char *from = tb_message_words_instance (past, back ? tap->to : tap->from);
  g_autofree char *to = tb_message_words_instance (past, back ? tap->from : tap->to);
  return g_strdup_printf ("%s → %s", from, to);
}

static gboolean
is_plain_message (const TbEvent *event)
{
  return event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY || event->kind == TB_EVENT_ONE_WAY;
}

/* See tb-wire.h: such a reply took no time, since it did not arrive. */
static gboolean
came_too_late (const TbEvent *event)
{
  return event->kind == TB_EVENT_REPLY && event->error && event->aux == 0;
}

char *
tb_message_words_what (const TbEvent *event)
{
  g_autofree char *label = tb_payload_line (event->label, strnlen (event->label, sizeof event->label), 0);
  const char *kind = event->kind <= TB_EVENT_CORRUPTED ? tb_event_kind_name ((TbEventKind) event->kind) : "?";
  GString *what = g_string_new (NULL);
  if (!is_plain_message (event) || !*label)
    g_string_append (what, kind);
  if (event->kind == TB_EVENT_REPLY && event->status && !*label)
    g_string_append_printf (what, " %u", event->status);
  if (*label)
    g_string_append_printf (what, "%s%s", what->len ? " · " : "", label);
  if (came_too_late (event))
    g_string_append (what, " · its caller was gone");
  if (event->size == 0)
    return g_string_free (what, FALSE);
  g_autofree char *size = tb_format_bytes (event->size);
  g_string_append_printf (what, " · %s", size);
  return g_string_free (what, FALSE);
}

char *
tb_message_words_latency (const TbEvent *event)
{
  return event->kind == TB_EVENT_REPLY && !came_too_late (event) ? tb_format_ns ((gint64) event->aux) : g_strdup ("");
}

char *
tb_message_words_title (TbPast *past, const TbEvent *event)
{
  g_autofree char *label = tb_payload_line (event->label, strnlen (event->label, sizeof event->label), 0);
  const char *kind = event->kind <= TB_EVENT_CORRUPTED ? tb_event_kind_name ((TbEventKind) event->kind) : "?";
  g_autofree char *way = tb_message_words_way (past, event);
  return g_strdup_printf ("%s%s%s%s%s", kind, *label ? " · " : "", label, *way ? " · " : "", way);
}

static void
append_trace (GString *facts, const TbEvent *event)
{
  static const guint8 none[8];
  if (memcmp (event->trace_id, none, sizeof none) == 0)
    return;
  g_string_append (facts, " · trace …");
  for (guint i = 0; i < sizeof event->trace_id; i++)
    g_string_append_printf (facts, "%02x", event->trace_id[i]);
}

char *
tb_message_words_facts (TbPast *past, guint64 position, const TbEvent *event)
{
  g_autofree char *time = tb_message_words_time (past, event->time_ns);
  g_autofree char *link = tb_message_words_link (past, event);
  g_autofree char *size = tb_format_bytes (event->size);
  g_autofree char *latency = tb_message_words_latency (event);
  GString *facts = g_string_new (NULL);
  g_string_printf (facts, "%s\u202fs · %s · %s", time, link, size);
  if (*latency)
    g_string_append_printf (facts, " · %s", latency);
  if (event->status)
    g_string_append_printf (facts, " · status %u", event->status);
  if (event->connection)
    g_string_append_printf (facts, " · connection %u", event->connection);
  if (event->number)
    g_string_append_printf (facts, ", request %u", event->number);
  append_trace (facts, event);
  return g_string_free (facts, FALSE);
}

char *
tb_message_words_gap (const TbPastGap *gap)
{
  g_autofree char *events = tb_format_count (gap->events);
  g_autofree char *lasts = tb_format_ns (MAX (gap->to_ns - gap->from_ns, 0));
  return g_strdup_printf ("%s events of %s are missing here: %s", events, lasts, gap->why ? gap->why : "");
}
