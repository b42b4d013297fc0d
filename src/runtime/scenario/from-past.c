/* See tb-scenario-past.h.
 *
 *   deeds.c   what was done, and until when
 *   parts     phases: one before anything was done, a new one where something is healed, where one had waited for
 *             something, and after a pause
 *   writing   elements, and what was measured in each part */
#include <math.h>
#include <string.h>

#include "deeds.h"
#include "scenario-private.h"
#include "tb-plan.h"

#define ROUND_NS (100 * TB_NS_PER_MS)
#define PAUSE_NS (5 * TB_NS_PER_S)    /* after that long what comes next is another matter */
#define BEFORE_NS (200 * TB_NS_PER_MS) /* less before the first deed is no phase */
#define LAST_NS TB_NS_PER_S           /* the last phase lasts so long at least */
#define REQUESTS_LEAST 50
#define MARGIN 0.02
#define SHARE_LEAST 0.1 /* a lower bound below says nothing */

/* What becomes a phase. */
typedef struct
{
  gint64 from_ns, to_ns;
  char *until;     /* what one had waited for before it; NULL */
  GPtrArray *deeds; /* of TbDeed, borrowed */
  char *id;        /* once it is written */
} Part;

typedef struct
{
  TbPast *past;
  gint64 from_ns, to_ns; /* everything was ready; it began to stop */
  GPtrArray *deeds;
  GArray *parts; /* of Part */
  TbDocument *document;
  TbUid scenario;
} Making;

static void
clear_part (gpointer data)
{
  Part *part = data;
  g_free (part->until);
  g_free (part->id);
  g_ptr_array_unref (part->deeds);
}

/* ---- When everything was ready ---------------------------------------------------------------------------- */

static gboolean
runs_here (const TbPastInstance *one)
{
  return !one->outside && !one->removed;
}

/* When everything was ready for the first time; where it never was, the start. */
static gint64
ready_since (TbPast *past)
{
  gint64 last = tb_past_start_ns (past);
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      gint64 first = G_MAXINT64;
      for (guint k = 0; k < tb_past_n_states (past) && first == G_MAXINT64; k++)
        if (tb_past_state (past, k)->instance == i && tb_past_state (past, k)->state == TB_INSTANCE_READY)
          first = tb_past_state (past, k)->time_ns;
      if (!runs_here (tb_past_instance (past, i)))
        continue;
      if (first == G_MAXINT64)
        return tb_past_start_ns (past);
      last = MAX (last, first);
    }
  return last;
}

/* When it was told to stop, which is before anything of it stops; else when it began to. */
static gint64
stopped_at (TbPast *past)
{
  gint64 stop_ns = tb_past_stop_ns (past);
  for (guint i = 0; i < tb_past_n_commands (past); i++)
    if (tb_past_command (past, i)->type == TB_COMMAND_STOP)
      stop_ns = MIN (stop_ns, tb_past_command (past, i)->time_ns);
  return stop_ns;
}

/* The last time between both when what had not been ready all was again; 0: that did not happen. */
static gint64
ready_again (TbPast *past, gint64 from_ns, gint64 to_ns)
{
  guint n = tb_past_n_instances (past), down = 0;
  gint64 again = 0;
  gboolean broke = FALSE;
  g_autofree guint8 *is_down = g_new0 (guint8, n + 1);
  for (guint i = 0; i < tb_past_n_states (past); i++)
    {
      const TbPastState *s = tb_past_state (past, i);
      if (s->time_ns >= to_ns || s->instance >= n || !runs_here (tb_past_instance (past, s->instance)))
        continue;
      gboolean now = s->state != TB_INSTANCE_READY;
      down += (now && !is_down[s->instance]) ? 1u : 0u;
      down -= (!now && is_down[s->instance]) ? 1u : 0u;
      is_down[s->instance] = now;
      broke |= now && s->time_ns >= from_ns;
      if (broke && !now && down == 0)
        again = s->time_ns;
    }
  return down == 0 ? again : 0;
}

/* The component that got another leader between both, and when; NULL: none did. */
static const char *
led_again (TbPast *past, gint64 from_ns, gint64 to_ns, gint64 *when_ns)
{
  const char *component = NULL;
  for (guint i = 0; i < tb_past_n_commands (past); i++)
    {
      const TbPastCommand *c = tb_past_command (past, i);
      if (c->time_ns <= from_ns || c->time_ns >= to_ns || c->type != TB_COMMAND_SAY || !g_str_equal (c->what, "role")
          || !g_str_equal (c->value, "leader"))
        continue;
      for (guint k = 0; k < tb_past_n_instances (past); k++)
        if (g_str_equal (tb_past_instance (past, k)->id, c->name) && !tb_past_led (past, k, from_ns))
          {
            component = tb_past_instance (past, k)->component;
            *when_ns = c->time_ns;
          }
    }
  return component;
}

/* What one had waited for, when what comes next came; NULL: nothing. (transfer full) */
static char *
waited_for (TbPast *past, gint64 from_ns, gint64 to_ns, gint64 *when_ns)
{
  gint64 led_ns = 0, ready_ns = ready_again (past, from_ns, to_ns);
  const char *component = led_again (past, from_ns, to_ns, &led_ns);
  *when_ns = MAX (led_ns, ready_ns);
  if (component != NULL)
    return g_strdup_printf ("%s%s has leader", ready_ns > 0 ? "ready and " : "", component);
  return ready_ns > 0 ? g_strdup ("ready") : NULL;
}

/* ---- Parts ------------------------------------------------------------------------------------------------ */

static Part *
last_part (const Making *m)
{
  return &g_array_index (m->parts, Part, m->parts->len - 1);
}

/* Takes until over. */
static void
begin_part (Making *m, gint64 from_ns, char *until)
{
  if (m->parts->len > 0)
    last_part (m)->to_ns = from_ns;
  const Part part = { .from_ns = from_ns, .to_ns = m->to_ns, .until = until, .deeds = g_ptr_array_new () };
  g_array_append_val (m->parts, part);
}

/* Where the last thing was done by time_ns, and what comes at time_ns. */
static void
part_before (Making *m, gint64 last_ns, gint64 time_ns, gboolean heal)
{
  gint64 when_ns = 0;
  g_autofree char *until = last_ns > 0 ? waited_for (m->past, last_ns, time_ns, &when_ns) : NULL;
  const Part *part = last_part (m);
  gboolean first = part->deeds->len == 0;
  if (until != NULL)
    begin_part (m, when_ns, g_steal_pointer (&until));
  else if (time_ns >= m->to_ns)
    return;
  else if (first ? time_ns - part->from_ns >= BEFORE_NS : heal || time_ns - last_ns >= PAUSE_NS)
    begin_part (m, time_ns, NULL);
}

static void
make_parts (Making *m)
{
  gint64 last_ns = 0;
  begin_part (m, m->from_ns, NULL);
  for (guint i = 0; i < m->deeds->len; i++)
    {
      TbDeed *deed = g_ptr_array_index (m->deeds, i);
      part_before (m, last_ns, deed->time_ns, deed->verb == TB_PROP_HEAL);
      g_ptr_array_add (last_part (m)->deeds, deed);
      last_ns = deed->time_ns;
    }
  part_before (m, last_ns, m->to_ns, FALSE);
  last_part (m)->to_ns = MAX (last_part (m)->to_ns, last_part (m)->from_ns + LAST_NS);
}

/* ---- Writing ---------------------------------------------------------------------------------------------- */

static gint64
rounded (gint64 ns)
{
  return (ns + ROUND_NS / 2) / ROUND_NS * ROUND_NS;
}

static void
set_ns (Making *m, TbUid uid, TbProp prop, gint64 ns)
{
  char text[40];
  tb_duration_format (ns, text, sizeof text);
  if (ns > 0)
    tb_document_set (m->document, uid, prop, text, NULL);
}

/* "kill-orders-leader", "before", "after": what no part before it is called. (transfer full) */
static char *
id_of (const Making *m, const Part *part)
{
  const TbDeed *deed = part->deeds->len > 0 ? g_ptr_array_index (part->deeds, 0) : NULL;
  GString *id = g_string_new (NULL);
  if (deed == NULL || deed->verb == TB_PROP_HEAL)
    g_string_append (id, part == &g_array_index (m->parts, Part, 0) ? "before" : "after");
  else
    {
      const TbPropSpec *spec = tb_schema_prop (TB_KIND_DO, deed->verb);
      const char *of = tb_deed_is_fault (deed) ? tb_deed_get (deed, TB_PROP_OF) : NULL;
      g_string_append_printf (id, "%s%s%s%s", tb_deed_is_fault (deed) ? "" : spec->name, tb_deed_is_fault (deed) ? "" : "-",
                              tb_deed_get (deed, deed->verb), of != NULL ? "-" : "");
      g_string_append (id, of != NULL ? of : "");
    }
  for (char *c = id->str; *c != '\0'; c++)
    *c = g_ascii_isalnum (*c) ? g_ascii_tolower (*c) : '-';
  g_string_truncate (id, MIN (id->len, 40));
  gsize bare = id->len;
  for (guint n = 2, i = 0; i < m->parts->len; i++)
    if (g_strcmp0 (g_array_index (m->parts, Part, i).id, id->str) == 0)
      {
        g_string_truncate (id, bare);
        g_string_append_printf (id, "-%u", n++);
        i = G_MAXUINT;
      }
  return g_string_free (id, FALSE);
}

static void
write_deed (Making *m, TbUid phase, const Part *part, const TbDeed *deed)
{
  TbUid uid = tb_document_insert (m->document, TB_KIND_DO, NULL, phase, G_MAXUINT);
  for (guint i = 0; i < deed->values->len; i++)
    {
      const TbDeedValue *value = &g_array_index (deed->values, TbDeedValue, i);
      tb_document_set (m->document, uid, value->prop, value->text, NULL);
    }
  set_ns (m, uid, TB_PROP_AT, rounded (deed->time_ns - part->from_ns));
  set_ns (m, uid, TB_PROP_FOR, deed->for_ns > 0 ? MAX (rounded (deed->for_ns), ROUND_NS) : 0);
}

/* It lasts until behind the last that is done in it. */
static gint64
length_of (const Part *part)
{
  gint64 lasts = MAX (rounded (part->to_ns - part->from_ns), ROUND_NS);
  for (guint i = 0; i < part->deeds->len; i++)
    {
      const TbDeed *deed = g_ptr_array_index (part->deeds, i);
      lasts = MAX (lasts, rounded (deed->time_ns - part->from_ns) + ROUND_NS);
    }
  return lasts;
}

static void
write_part (Making *m, Part *part)
{
  if (part->until != NULL)
    {
      TbUid wait = tb_document_insert (m->document, TB_KIND_WAIT, NULL, m->scenario, G_MAXUINT);
      tb_document_set (m->document, wait, TB_PROP_UNTIL, part->until, NULL);
    }
  part->id = id_of (m, part);
  TbUid phase = tb_document_insert (m->document, TB_KIND_PHASE, part->id, m->scenario, G_MAXUINT);
  set_ns (m, phase, TB_PROP_LASTS, length_of (part));
  for (guint i = 0; i < part->deeds->len; i++)
    write_deed (m, phase, part, g_ptr_array_index (part->deeds, i));
}

/* What was never healed is, so that it ends as it began. */
static void
write_heal (Making *m)
{
  if (!tb_deeds_fault_goes (m->deeds, m->to_ns))
    return;
  TbUid phase = tb_document_insert (m->document, TB_KIND_PHASE, "healed", m->scenario, G_MAXUINT);
  set_ns (m, phase, TB_PROP_LASTS, LAST_NS);
  TbUid heal = tb_document_insert (m->document, TB_KIND_DO, NULL, phase, G_MAXUINT);
  tb_document_set (m->document, heal, TB_PROP_HEAL, "all", NULL);
}

/* ---- What was measured ------------------------------------------------------------------------------------ */

/* The plan of the drawing inside: its indices are those of the recording. NULL: there is none. */
static TbPlan *
plan_of (TbPast *past)
{
  const char *xml = tb_past_architecture (past, tb_past_start_ns (past));
  g_autoptr (TbDocument) document
    = xml != NULL ? tb_document_load_bytes ("recording", xml, strlen (xml), NULL, NULL) : NULL;
  g_autofree char *node = tb_program_path ("tierboard-node");
  const TbPlanOptions options = { .block = 64, .run_dir = "/tmp", .node_program = node, .seed = 1 };
  return document != NULL ? tb_plan_new (tb_document_model (document), &options, NULL) : NULL;
}

static void
traffic_at (Making *m, const TbPlan *plan, const char *link, gint64 time_ns, TbTraffic *t)
{
  g_autoptr (TbLiveFrame) frame = tb_past_frame (m->past, NULL, time_ns, time_ns);
  const TbFacts facts = { .now_ns = time_ns, .frame = frame, .plan = plan };
  memset (t, 0, sizeof *t);
  if (frame != NULL)
    tb_traffic_of (&facts, link, FALSE, t);
}

/* The share of good answers over a link between two moments, as availability is measured. */
static TbEstimate
availability (Making *m, const TbPlan *plan, const char *link, gint64 from_ns, gint64 to_ns)
{
  TbTraffic from, to;
  traffic_at (m, plan, link, from_ns, &from);
  traffic_at (m, plan, link, to_ns, &to);
  guint64 n = to.attempts > from.attempts ? to.attempts - from.attempts : 0;
  guint64 good = to.good > from.good ? MIN (to.good - from.good, n) : 0;
  return tb_estimate_share (good, n);
}

static void
write_expect (Making *m, const char *that, const char *link, const char *during, TbProp bound, double percent)
{
  char text[40];
  TbUid uid = tb_document_insert (m->document, TB_KIND_EXPECT, NULL, m->scenario, G_MAXUINT);
  g_snprintf (text, sizeof text, "%.0f%%", percent);
  tb_document_set (m->document, uid, TB_PROP_THAT, that, NULL);
  tb_document_set (m->document, uid, TB_PROP_OF, link, NULL);
  if (during != NULL)
    tb_document_set (m->document, uid, TB_PROP_DURING, during, NULL);
  tb_document_set (m->document, uid, bound, text, NULL);
}

/* The bound is as far again below the interval as it is from perfect, half of it: a run of the same that goes a
 * little worse still holds, and one that goes otherwise does not. */
static void
expect_of_link (Making *m, const TbPlan *plan, const char *link)
{
  for (guint i = 0; i < m->parts->len; i++)
    {
      const Part *part = &g_array_index (m->parts, Part, i);
      TbEstimate e = availability (m, plan, link, part->from_ns, part->to_ns);
      double bound = e.low - MAX (MARGIN, (1 - e.low) / 2);
      if (e.n >= REQUESTS_LEAST && bound >= SHARE_LEAST)
        write_expect (m, "availability", link, part->id, TB_PROP_AT_LEAST, floor (bound * 100));
    }
  TbEstimate all = availability (m, plan, link, m->from_ns, m->to_ns);
  double errors = 1 - all.low, most = errors + MAX (MARGIN, errors / 2);
  if (all.n >= REQUESTS_LEAST && most <= 1 - SHARE_LEAST)
    write_expect (m, "errors", link, NULL, TB_PROP_AT_MOST, ceil (most * 100));
}

static gboolean
calls_from_client (const TbPlan *plan, const TbPlanLink *link)
{
  for (guint i = 0; i < link->from->len; i++)
    if (tb_plan_load_path (g_ptr_array_index (plan->instances, g_array_index (link->from, guint, i))) != NULL)
      return TRUE;
  return FALSE;
}

static void
write_expects (Making *m)
{
  g_autoptr (TbPlan) plan = plan_of (m->past);
  for (guint i = 0; plan != NULL && i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      if (calls_from_client (plan, link))
        expect_of_link (m, plan, link->id);
    }
}

/* ---- All of it -------------------------------------------------------------------------------------------- */

/* Behind the other scenarios, before what follows them in a file. */
static guint
place_in (const TbElement *root)
{
  guint place = 0;
  for (guint i = 0; i < tb_element_n_children (root); i++)
    if (tb_element_kind (tb_element_child (root, i)) <= TB_KIND_SCENARIO)
      place = i + 1;
  return place;
}

static void
write_all (Making *m, const char *name, gboolean expect)
{
  const TbModel *model = tb_document_model (m->document);
  const TbElement *root = tb_model_root (model);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_SCENARIO, name);
  tb_document_begin (m->document, "Save What Was Done", NULL);
  m->scenario = tb_document_insert (m->document, TB_KIND_SCENARIO, id, tb_element_uid (root), place_in (root));
  tb_document_set (m->document, m->scenario, TB_PROP_NAME, name, NULL);
  for (guint i = 0; i < m->parts->len; i++)
    write_part (m, &g_array_index (m->parts, Part, i));
  write_heal (m);
  if (expect)
    write_expects (m);
  tb_document_commit (m->document);
}

TbUid
tb_scenario_from_past (TbPast *past, TbDocument *document, const char *name, gboolean expect, GPtrArray *notes,
                       GError **error)
{
  Making m = { .past = past, .from_ns = ready_since (past), .to_ns = stopped_at (past), .document = document };
  m.deeds = tb_deeds_of (past, m.from_ns, notes);
  m.parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (m.parts, clear_part);
  if (m.deeds->len == 0)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                 "nothing was done to that run that a scenario could do again");
  else
    {
      make_parts (&m);
      write_all (&m, name != NULL && *name != '\0' ? name : "What was done", expect);
    }
  g_array_unref (m.parts);
  g_ptr_array_unref (m.deeds);
  return m.scenario;
}
