/* Asking a filter about one event. Names are compared once for each tap and way, then remembered: a
 * run has few taps and a recording millions of events. */
#include <string.h>

#include "filter-private.h"
#include "tb-proto.h"

gboolean
tb_event_is_message (const TbEvent *event)
{
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
    case TB_EVENT_BYTES:
    case TB_EVENT_DELIVERED:
    case TB_EVENT_DROPPED:
    case TB_EVENT_DUPLICATED:
    case TB_EVENT_CORRUPTED:
      return TRUE;
    case TB_EVENT_OPEN:
    case TB_EVENT_CLOSE:
    case TB_EVENT_REFUSED:
    case TB_EVENT_TIMEOUT:
    case TB_EVENT_RESET:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    default:
      return FALSE;
    }
}

static gboolean
is_refused (const TbEvent *event)
{
  return event->kind == TB_EVENT_REFUSED || event->kind == TB_EVENT_TIMEOUT;
}

gboolean
tb_event_is_bad (const TbEvent *event)
{
  return event->error || is_refused (event) || event->kind == TB_EVENT_RESET
         || event->kind == TB_EVENT_DROPPED || event->kind == TB_EVENT_CORRUPTED;
}

/* ---- Names --------------------------------------------------------------------------------------- */

/* With * and ?, by going back to the last star only: never more than both lengths multiplied. */
static gboolean
is_like (const char *pattern, const char *text)
{
  const char *star = NULL, *from = NULL;
  while (*text)
    if (*pattern == '*')
      {
        star = ++pattern;
        from = text;
      }
    else if (*pattern == '?' || *pattern == *text)
      {
        pattern++;
        text++;
      }
    else if (star)
      {
        pattern = star;
        text = ++from;
      }
    else
      return FALSE;
  while (*pattern == '*')
    pattern++;
  return !*pattern;
}

/* "orders" is all of its instances, "orders/1" and (as lists show it) "orders-1" one. */
static gboolean
is_instance (const char *pattern, const char *id)
{
  if (!id)
    return g_str_equal (pattern, "outside");
  g_autofree char *component = g_strndup (id, strcspn (id, "/"));
  g_autofree char *shown = g_strdelimit (g_strdup (id), "/", '-');
  return is_like (pattern, id) || is_like (pattern, component) || is_like (pattern, shown);
}

static const char *
number_of (const char *id)
{
  const char *slash = id ? strchr (id, '/') : NULL;
  return slash ? slash + 1 : "";
}

/* "save" is all of it, "save[1>2]" what leads from the first caller to the second called. */
static gboolean
is_link (const char *pattern, const TbFilterTap *tap)
{
  const char *link = tap->link ? tap->link : "";
  const char *bracket = strchr (pattern, '[');
  if (!bracket)
    return is_like (pattern, link);
  g_autofree char *name = g_strndup (pattern, (gsize) (bracket - pattern));
  g_autofree char *pair = g_strdup_printf ("[%s>%s]", number_of (tap->from), number_of (tap->to));
  return is_like (name, link) && g_str_equal (pair, bracket);
}

static gboolean
name_holds (const TbTerm *term, const char *pattern, const TbFilterTap *tap, gboolean back)
{
  const char *sender = back ? tap->to : tap->from, *receiver = back ? tap->from : tap->to;
  switch (term->key)
    {
    case TB_KEY_LINK:
      return is_link (pattern, tap);
    case TB_KEY_FROM:
      return is_instance (pattern, sender);
    case TB_KEY_TO:
      return is_instance (pattern, receiver);
    case TB_KEY_INSTANCE:
      return is_instance (pattern, sender) || is_instance (pattern, receiver);
    case TB_KEY_KIND: case TB_KEY_IS: case TB_KEY_STATUS: case TB_KEY_LATENCY: case TB_KEY_SIZE:
    case TB_KEY_TIME: case TB_KEY_LABEL: case TB_KEY_TRACE: case TB_KEY_CONNECTION:
    case TB_KEY_NUMBER: case TB_KEY_PORT: case TB_KEY_PAYLOAD: case TB_KEY_COUNT:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
names_hold (const TbTerm *term, const TbFilterTap *tap, gboolean back)
{
  for (guint i = 0; term->names[i]; i++)
    if (name_holds (term, term->names[i], tap, back))
      return TRUE;
  return FALSE;
}

/* Where the answer for this tap and way is kept; NULL for rows that none has. */
static guint8 *
remembered (TbTerm *term, const TbFilterNames *names, const TbEvent *event)
{
  guint at = event->tap * 2 + (event->direction == TB_DIR_DOWN);
  if (event->tap >= TB_TAPS_MAX)
    return NULL;
  if (!term->known)
    term->known = g_byte_array_new ();
  if (term->known_of != names->data)
    g_byte_array_set_size (term->known, 0);
  term->known_of = names->data;
  guint before = term->known->len;
  if (at >= before)
    {
      g_byte_array_set_size (term->known, at + 1);
      memset (term->known->data + before, 0, at + 1 - before);
    }
  return &term->known->data[at];
}

static gboolean
asked_names (TbTerm *term, const TbFilterNames *names, const TbEvent *event)
{
  TbFilterTap tap = { 0 };
  guint8 *answer = remembered (term, names, event);
  if (!answer)
    return FALSE;
  if (*answer)
    return *answer == 2;
  if (!names->tap || !names->tap (names->data, event->tap, &tap))
    return FALSE; /* not remembered: it may be told yet */
  gboolean holds = names_hold (term, &tap, event->direction == TB_DIR_DOWN) != term->other;
  *answer = holds ? 2 : 1;
  return holds;
}

/* ---- Figures ------------------------------------------------------------------------------------- */

/* FALSE where it has no such figure, so that no comparison holds. */
static gboolean
figure_of (const TbTerm *term, const TbFilterNames *names, const TbEvent *event, gint64 *figure)
{
  TbFilterTap tap;
  switch (term->key)
    {
    case TB_KEY_STATUS:
      *figure = event->status;
      return event->status != 0;
    case TB_KEY_LATENCY:
      *figure = (gint64) MIN (event->aux, (guint64) G_MAXINT64);
      return event->kind == TB_EVENT_REPLY;
    case TB_KEY_SIZE:
      *figure = event->size;
      return tb_event_is_message (event);
    case TB_KEY_TIME:
      *figure = event->time_ns - names->start_ns;
      return TRUE;
    case TB_KEY_CONNECTION:
      *figure = event->connection;
      return event->connection != 0;
    case TB_KEY_NUMBER:
      *figure = event->number;
      return event->number != 0;
    case TB_KEY_PORT:
      if (!names->tap || !names->tap (names->data, event->tap, &tap))
        return FALSE;
      *figure = tap.port;
      return TRUE;
    case TB_KEY_LINK: case TB_KEY_FROM: case TB_KEY_TO: case TB_KEY_INSTANCE: case TB_KEY_KIND:
    case TB_KEY_IS: case TB_KEY_LABEL: case TB_KEY_TRACE: case TB_KEY_PAYLOAD: case TB_KEY_COUNT:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
figure_holds (const TbTerm *term, const TbFilterNames *names, const TbEvent *event)
{
  gint64 figure;
  if (!figure_of (term, names, event, &figure))
    return FALSE;
  return (figure >= term->low && figure <= term->high) != term->other;
}

/* ---- Words and texts ----------------------------------------------------------------------------- */

static const guint8 no_trace[8];

static gboolean
is_undrawn (const TbFilterNames *names, const TbEvent *event)
{
  TbFilterTap tap = { 0 };
  return names->tap && names->tap (names->data, event->tap, &tap) && !tap.link;
}

static gboolean
state_holds (TbFilterIs state, const TbFilterNames *names, const TbEvent *event)
{
  switch (state)
    {
    case TB_IS_ERROR:
      return event->error || is_refused (event) || event->kind == TB_EVENT_RESET;
    case TB_IS_MESSAGE:
      return tb_event_is_message (event);
    case TB_IS_DROPPED:
      return event->kind == TB_EVENT_DROPPED;
    case TB_IS_HELD:
      return event->held;
    case TB_IS_DUPLICATED:
      return event->kind == TB_EVENT_DUPLICATED;
    case TB_IS_CORRUPTED:
      return event->kind == TB_EVENT_CORRUPTED;
    case TB_IS_REFUSED:
      return is_refused (event);
    case TB_IS_RESET:
      return event->kind == TB_EVENT_RESET;
    case TB_IS_FAULT:
      return event->kind == TB_EVENT_FAULT;
    case TB_IS_TRACED:
      return memcmp (event->trace_id, no_trace, sizeof no_trace) != 0;
    case TB_IS_UNDRAWN:
      return is_undrawn (names, event);
    case TB_IS_COUNT:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
words_hold (const TbTerm *term, const TbFilterNames *names, const TbEvent *event)
{
  gboolean holds = FALSE;
  if (term->key == TB_KEY_KIND)
    return (event->kind < TB_FILTER_KINDS && (term->words >> event->kind & 1)) != term->other;
  for (guint i = 0; i < TB_IS_COUNT && !holds; i++)
    holds = (term->words >> i & 1) && state_holds ((TbFilterIs) i, names, event);
  return holds != term->other;
}

/* Whether the piece, which is in lower case, stands anywhere in it. */
static gboolean
has_piece (const char *text, gsize n, const char *piece)
{
  gsize length = strlen (piece);
  for (gsize at = 0; at + length <= n; at++)
    {
      gsize same = 0;
      while (same < length && g_ascii_tolower (text[at + same]) == piece[same])
        same++;
      if (same == length)
        return TRUE;
    }
  return length == 0;
}

static gboolean
is_pattern (const TbTerm *term, const char *text, gsize n)
{
  g_autofree char *lower = g_ascii_strdown (text, (gssize) n);
  return g_pattern_spec_match_string (term->pattern, lower);
}

static gboolean
text_holds (const TbTerm *term, const char *text, gsize n)
{
  gboolean holds;
  if (term->regex)
    holds = g_regex_match_full (term->regex, text, (gssize) n, 0, 0, NULL, NULL);
  else if (term->pattern)
    holds = is_pattern (term, text, n);
  else if (term->exact)
    holds = strlen (term->names[0]) == n && memcmp (term->names[0], text, n) == 0;
  else
    holds = has_piece (text, n, term->names[0]);
  return holds != term->other;
}

static gboolean
payload_holds (const TbTerm *term, const TbFilterNames *names, guint64 position, const TbEvent *event)
{
  if (position == G_MAXUINT64 || !names->payload || !tb_event_is_message (event))
    return FALSE;
  g_autoptr (GBytes) payload = names->payload (names->data, position);
  if (!payload)
    return FALSE;
  gsize n;
  const char *bytes = g_bytes_get_data (payload, &n);
  return text_holds (term, bytes ? bytes : "", n);
}

static gboolean
trace_holds (const TbTerm *term, const TbEvent *event)
{
  gboolean holds = TRUE;
  if (memcmp (event->trace_id, no_trace, sizeof no_trace) == 0)
    return FALSE;
  for (guint i = 0; i < sizeof term->trace; i++)
    holds = holds && (event->trace_id[i] & term->trace_mask[i]) == term->trace[i];
  return holds != term->other;
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static gboolean
key_holds (TbTerm *term, const TbFilterNames *names, guint64 position, const TbEvent *event)
{
  switch (tb_filter_keys[term->key].value)
    {
    case TB_VALUE_NAMES:
      return asked_names (term, names, event);
    case TB_VALUE_WORDS:
      return words_hold (term, names, event);
    case TB_VALUE_COUNT:
    case TB_VALUE_DURATION:
    case TB_VALUE_SECONDS:
    case TB_VALUE_BYTES:
      return figure_holds (term, names, event);
    case TB_VALUE_TEXT:
      return term->key == TB_KEY_PAYLOAD ? payload_holds (term, names, position, event)
                                         : text_holds (term, event->label,
                                                       strnlen (event->label, sizeof event->label));
    case TB_VALUE_HEX:
    default:
      return trace_holds (term, event);
    }
}

static gboolean
term_holds (TbTerm *term, const TbFilterNames *names, guint64 position, const TbEvent *event)
{
  if (term->type == TB_TERM_KEY)
    return key_holds (term, names, position, event);
  gboolean wanted = term->type != TB_TERM_ALL;
  for (guint i = 0; i < term->operands->len; i++)
    if (term_holds (term->operands->pdata[i], names, position, event) == wanted)
      return term->type == TB_TERM_ANY;
  return term->type != TB_TERM_ANY;
}

gboolean
tb_filter_holds (TbFilter *filter, const TbFilterNames *names, guint64 position, const TbEvent *event)
{
  return !filter->root || term_holds (filter->root, names, position, event);
}
