/* What a person looks at in the live table, and what a key asks for: pure, over frames.
 *
 *   choosing ── '/' ──▶ typing a filter ── Enter: it holds, Escape: it is gone ──▶ choosing
 *   choosing ── '?' ──▶ help ── any key ──▶ choosing
 *   choosing ── ' ' ──▶ still: the picture stands, the run goes on ── ' ' ──▶ choosing */
#include <math.h>
#include <string.h>

#include "run-private.h"

#define SAMPLE_NS TB_NS_PER_S
#define NOTE_NS (4 * TB_NS_PER_S)
#define PAGE 10

/* Of one link, a sample a second: a ring. */
typedef struct
{
  double rate[TB_SPARK_MAX];
  gboolean error[TB_SPARK_MAX];
  guint n, next;
  guint64 messages, errors;
  gint64 time_ns; /* when the last was taken */
} Spark;

struct TbRunView
{
  char *chosen; /* "shop/1", or "link save"; NULL: nothing */
  GString *filter;
  gboolean typing, help, still;
  char *note;
  gint64 note_ns, now_ns;
  GHashTable *sparks; /* id of a link → Spark */
};

TbRunView *
tb_run_view_new (void)
{
  TbRunView *view = g_new0 (TbRunView, 1);
  view->filter = g_string_new (NULL);
  view->sparks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return view;
}

void
tb_run_view_free (TbRunView *view)
{
  g_free (view->chosen);
  g_string_free (view->filter, TRUE);
  g_free (view->note);
  g_hash_table_unref (view->sparks);
  g_free (view);
}

/* ---- Rows ---------------------------------------------------------------------------------------- */

static gboolean
has (const TbRunView *view, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *wanted = g_utf8_casefold (view->filter->str, -1);
  return strstr (folded, wanted) != NULL;
}

gboolean
tb_run_view_shows_instance (const TbRunView *view, const TbLiveInstance *instance)
{
  return !instance->gone
         && (view == NULL || view->filter->len == 0 || has (view, instance->id) || has (view, instance->role)
             || has (view, tb_instance_state_name (instance->state)));
}

/* Between replicas, and what nobody drew: only where something was seen. */
gboolean
tb_run_view_shows_link (const TbRunView *view, const TbLiveLink *link)
{
  if (link->link == 0 && !link->tapped && link->not_tapped == NULL)
    return FALSE;
  return view == NULL || view->filter->len == 0 || has (view, link->id) || has (view, link->from)
         || has (view, link->to);
}

GPtrArray *
tb_run_view_instances (const TbRunView *view, const TbLiveFrame *frame)
{
  g_autofree gboolean *taken = g_new0 (gboolean, frame->n_instances + 1);
  GPtrArray *all = g_ptr_array_sized_new (frame->n_instances);
  for (guint i = 0; i < frame->n_instances; i++)
    for (guint k = i; !taken[i] && k < frame->n_instances; k++)
      if (!taken[k] && g_str_equal (frame->instances[k].component, frame->instances[i].component))
        {
          taken[k] = k != i;
          if (tb_run_view_shows_instance (view, &frame->instances[k]))
            g_ptr_array_add (all, (gpointer) &frame->instances[k]);
        }
  return all;
}

/* Names of all rows in their order. (transfer full) */
static GPtrArray *
row_names (const TbRunView *view, const TbLiveFrame *frame)
{
  g_autoptr (GPtrArray) instances = tb_run_view_instances (view, frame);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < instances->len; i++)
    g_ptr_array_add (names, g_strdup (((const TbLiveInstance *) g_ptr_array_index (instances, i))->id));
  for (guint i = 0; i < frame->n_links; i++)
    if (tb_run_view_shows_link (view, &frame->links[i]))
      g_ptr_array_add (names, g_strconcat (TB_VIEW_LINK, frame->links[i].id, NULL));
  return names;
}

gboolean
tb_run_view_is_chosen (const TbRunView *view, const char *instance, const char *link)
{
  if (view == NULL || view->chosen == NULL)
    return FALSE;
  const char *name = g_str_has_prefix (view->chosen, TB_VIEW_LINK) ? view->chosen + strlen (TB_VIEW_LINK) : NULL;
  return link != NULL ? g_strcmp0 (name, link) == 0 : g_str_equal (view->chosen, instance);
}

static void
choose (TbRunView *view, const TbLiveFrame *frame, int by)
{
  g_autoptr (GPtrArray) names = row_names (view, frame);
  int at = -1, last = (int) names->len - 1;
  for (int i = 0; i <= last && view->chosen != NULL; i++)
    if (g_str_equal (g_ptr_array_index (names, (guint) i), view->chosen))
      at = i;
  if (last < 0)
    return;
  if (at < 0)
    at = by == -1 || by == G_MAXINT16 ? last : 0;
  else
    at = CLAMP (at + by, 0, last);
  g_free (view->chosen);
  view->chosen = g_strdup (g_ptr_array_index (names, (guint) at));
}

/* A filter that leaves one row means that row. */
static void
choose_within (TbRunView *view, const TbLiveFrame *frame)
{
  g_autoptr (GPtrArray) names = row_names (view, frame);
  for (guint i = 0; i < names->len && view->chosen != NULL; i++)
    if (g_str_equal (g_ptr_array_index (names, i), view->chosen))
      return;
  g_clear_pointer (&view->chosen, g_free);
  if (names->len > 0 && view->filter->len > 0)
    view->chosen = g_strdup (g_ptr_array_index (names, 0));
}

/* ---- What was -------------------------------------------------------------------------------------- */

/* Bytes stand for messages where nothing frames them. */
static guint64
messages_of (const TbLiveLink *link)
{
  return link->framed || !link->tapped ? link->requests : link->bytes_up + link->bytes_down;
}

static void
sample (TbRunView *view, const TbLiveLink *link, gint64 now_ns)
{
  Spark *s = g_hash_table_lookup (view->sparks, link->id);
  guint64 messages = messages_of (link);
  if (s == NULL)
    {
      s = g_new0 (Spark, 1);
      g_hash_table_insert (view->sparks, g_strdup (link->id), s);
    }
  else if (now_ns - s->time_ns < SAMPLE_NS)
    return;
  else
    {
      double seconds = (double) (now_ns - s->time_ns) / 1e9;
      s->rate[s->next] = messages > s->messages ? (double) (messages - s->messages) / seconds : 0;
      s->error[s->next] = link->errors > s->errors;
      s->next = (s->next + 1) % TB_SPARK_MAX;
      s->n = MIN (s->n + 1, TB_SPARK_MAX);
    }
  s->messages = messages;
  s->errors = link->errors;
  s->time_ns = now_ns;
}

void
tb_run_view_see (TbRunView *view, const TbLiveFrame *frame)
{
  view->now_ns = frame->time_ns;
  for (guint i = 0; i < frame->n_links; i++)
    sample (view, &frame->links[i], frame->time_ns);
}

guint
tb_run_view_spark (const TbRunView *view, const char *link, guint width, TbSparkCell *out)
{
  const Spark *s = g_hash_table_lookup (view->sparks, link);
  guint n = s != NULL ? MIN (MIN (width, s->n), TB_SPARK_MAX) : 0;
  double most = 0;
  for (guint i = 0; i < n; i++)
    most = MAX (most, s->rate[(s->next + TB_SPARK_MAX - n + i) % TB_SPARK_MAX]);
  for (guint i = 0; i < n; i++)
    {
      guint at = (s->next + TB_SPARK_MAX - n + i) % TB_SPARK_MAX;
      out[i].level = s->rate[at] > 0 ? 1 + (guint) ceil (s->rate[at] / most * (TB_SPARK_LEVELS - 2)) : 0;
      out[i].level = MIN (out[i].level, TB_SPARK_LEVELS - 1);
      out[i].error = s->error[at];
    }
  return n;
}

/* ---- Words at the foot --------------------------------------------------------------------------- */

void
tb_run_view_note (TbRunView *view, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_free (view->note);
  view->note = g_strdup_vprintf (format, args);
  view->note_ns = view->now_ns;
  va_end (args);
}

char *
tb_run_view_foot (const TbRunView *view)
{
  if (view->typing)
    return g_strdup_printf ("/%s▏ Enter keeps it, Escape drops it", view->filter->str);
  if (view->note != NULL && view->now_ns - view->note_ns < NOTE_NS)
    return g_strdup (view->note);
  if (view->still)
    return g_strdup ("the picture stands still, the run goes on; space follows it again");
  if (view->filter->len > 0)
    return g_strdup_printf ("only “%s”; / for another, Escape for all", view->filter->str);
  return g_strdup ("↑↓ choose · c cut · h heal · k kill · p pause · s step · / filter · ? keys");
}

const char *const *
tb_run_view_help (const TbRunView *view)
{
  static const char *const lines[] = {
    "↑ ↓ Home End  choose an instance or a link", "c  cut the link, both ways", "h  heal it",
    "H  end every cut and partition", "s  hold the link's messages, then let one go with each press",
    "g  let all of them go on", "k  kill the instance", "p  pause it, or let it go on",
    "r  start it again", "/  show only what has a word in its name", "space  let the picture stand still",
    "q, Ctrl-C  stop in order; a second time: at once", NULL };
  static const char *const none[] = { NULL };
  return view != NULL && view->help ? lines : none;
}

gboolean
tb_run_view_is_still (const TbRunView *view)
{
  return view->still;
}

/* ---- Keys ---------------------------------------------------------------------------------------- */

static TbRunDo
type (TbRunView *view, const TbLiveFrame *frame, TbKey key)
{
  if (key.kind == TB_KEY_CHARACTER && view->filter->len < 60)
    g_string_append_unichar (view->filter, key.c);
  else if (key.kind == TB_KEY_BACKSPACE && view->filter->len > 0)
    g_string_truncate (view->filter,
                       (gsize) (g_utf8_prev_char (view->filter->str + view->filter->len) - view->filter->str));
  else if (key.kind == TB_KEY_ESCAPE)
    g_string_truncate (view->filter, 0);
  view->typing = key.kind != TB_KEY_ESCAPE && key.kind != TB_KEY_ENTER;
  choose_within (view, frame);
  return TB_DO_DRAW;
}

typedef enum
{
  ON_NOTHING,
  ON_LINK,
  ON_INSTANCE
} On;

static const struct
{
  gunichar key;
  On on;
  TbRunDo what;
  const char *verb;
} verbs[] = {
  { 'c', ON_LINK, TB_DO_CUT, "cut" },       { 'h', ON_LINK, TB_DO_HEAL, "heal" },
  { 's', ON_LINK, TB_DO_STEP, "step" },     { 'g', ON_LINK, TB_DO_GO_ON, "let go on" },
  { 'k', ON_INSTANCE, TB_DO_KILL, "kill" }, { 'p', ON_INSTANCE, TB_DO_PAUSE, "pause" },
  { 'r', ON_INSTANCE, TB_DO_RESTART, "start again" }, { 'H', ON_NOTHING, TB_DO_HEAL_ALL, "heal" },
  { 'q', ON_NOTHING, TB_DO_STOP, "stop" },
};

/* What is chosen as what the verb is for; NULL: it was said why not. */
static TbRunDo
act (TbRunView *view, guint verb, const char **subject)
{
  gboolean link = view->chosen != NULL && g_str_has_prefix (view->chosen, TB_VIEW_LINK);
  *subject = link ? view->chosen + strlen (TB_VIEW_LINK) : view->chosen;
  if (verbs[verb].on == ON_NOTHING)
    return verbs[verb].what;
  if (view->chosen == NULL)
    tb_run_view_note (view, "choose %s to %s with ↑ and ↓ first",
                      verbs[verb].on == ON_LINK ? "a link" : "an instance", verbs[verb].verb);
  else if (link != (verbs[verb].on == ON_LINK))
    tb_run_view_note (view, "“%s” is for %s; %s is %s", verbs[verb].verb,
                      verbs[verb].on == ON_LINK ? "links" : "instances", *subject,
                      link ? "a link" : "an instance");
  else
    return verbs[verb].what;
  return TB_DO_DRAW;
}

static TbRunDo
press (TbRunView *view, gunichar c, const char **subject)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (verbs[i].key == c)
      return act (view, i, subject);
  view->typing = c == '/';
  view->help = c == '?';
  view->still ^= c == ' ';
  if (c == '/')
    g_string_truncate (view->filter, 0);
  return c == '/' || c == '?' || c == ' ' ? TB_DO_DRAW : TB_DO_NOTHING;
}

TbRunDo
tb_run_view_key (TbRunView *view, const TbLiveFrame *frame, TbKey key, const char **subject)
{
  *subject = NULL;
  if (key.kind == TB_KEY_SUSPEND)
    return TB_DO_SUSPEND;
  if (view->typing)
    return type (view, frame, key);
  if (view->help)
    {
      view->help = FALSE;
      return TB_DO_DRAW;
    }
  switch (key.kind)
    {
    case TB_KEY_UP: choose (view, frame, -1); break;
    case TB_KEY_DOWN: choose (view, frame, 1); break;
    case TB_KEY_PAGE_UP: choose (view, frame, -PAGE); break;
    case TB_KEY_PAGE_DOWN: choose (view, frame, PAGE); break;
    case TB_KEY_FIRST: choose (view, frame, -G_MAXINT16); break;
    case TB_KEY_LAST: choose (view, frame, G_MAXINT16); break;
    case TB_KEY_ESCAPE:
      g_string_truncate (view->filter, 0);
      g_clear_pointer (&view->chosen, g_free);
      break;
    case TB_KEY_CHARACTER: return press (view, key.c, subject);
    case TB_KEY_NONE:
    case TB_KEY_ENTER:
    case TB_KEY_BACKSPACE:
    case TB_KEY_SUSPEND:
    default: return TB_DO_NOTHING;
    }
  return TB_DO_DRAW;
}
