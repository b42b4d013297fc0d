/* See deeds.h. */
#include "deeds.h"

#include <string.h>

#define TOGETHER_NS (200 * TB_NS_PER_MS) /* loads of one client's instances are set one after the other */

typedef struct
{
  TbPast *past;
  gint64 from_ns;
  GPtrArray *deeds, *notes;
} Reading;

/* ---- Deeds ---------------------------------------------------------------------------------------------- */

static void
clear_value (gpointer data)
{
  g_free (((TbDeedValue *) data)->text);
}

static void
free_deed (gpointer data)
{
  TbDeed *deed = data;
  g_array_unref (deed->values);
  g_strfreev (deed->keys);
  g_free (deed);
}

static void
say (TbDeed *deed, TbProp prop, const char *text)
{
  const TbDeedValue value = { prop, g_strdup (text) };
  g_array_append_val (deed->values, value);
}

const char *
tb_deed_get (const TbDeed *deed, TbProp prop)
{
  for (guint i = 0; i < deed->values->len; i++)
    if (g_array_index (deed->values, TbDeedValue, i).prop == prop)
      return g_array_index (deed->values, TbDeedValue, i).text;
  return NULL;
}

gboolean
tb_deed_is_fault (const TbDeed *deed)
{
  return deed->verb == TB_PROP_FAULT || deed->verb == TB_PROP_PARTITION;
}

static TbDeed *
add (Reading *r, gint64 time_ns, TbProp verb, const char *value, const char *key)
{
  TbDeed *deed = g_new0 (TbDeed, 1);
  deed->time_ns = MAX (time_ns, r->from_ns);
  deed->verb = verb;
  deed->values = g_array_new (FALSE, FALSE, sizeof (TbDeedValue));
  g_array_set_clear_func (deed->values, clear_value);
  deed->keys = g_strsplit (key != NULL ? key : "", "\n", -1);
  deed->going = key != NULL;
  say (deed, verb, value);
  g_ptr_array_add (r->deeds, deed);
  return deed;
}

static void
note (Reading *r, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Each sentence once. */
static void
note (Reading *r, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (guint i = 0; r->notes != NULL && i < r->notes->len; i++)
    if (g_str_equal (g_ptr_array_index (r->notes, i), sentence))
      return;
  if (r->notes != NULL)
    g_ptr_array_add (r->notes, g_steal_pointer (&sentence));
}

static gboolean
goes_at (const TbDeed *deed, gint64 time_ns)
{
  return deed->going && (deed->for_ns == 0 || deed->time_ns + deed->for_ns > time_ns);
}

gboolean
tb_deeds_fault_goes (const GPtrArray *deeds, gint64 time_ns)
{
  for (guint i = 0; i < deeds->len; i++)
    if (tb_deed_is_fault (g_ptr_array_index (deeds, i)) && goes_at (g_ptr_array_index (deeds, i), time_ns))
      return TRUE;
  return FALSE;
}

/* Ends all that go by that key; with timed they get a `for`. Whether there were any. */
static gboolean
take_back (Reading *r, TbProp verb, const char *key, gint64 time_ns, gboolean timed)
{
  gboolean some = FALSE;
  for (guint i = 0; i < r->deeds->len; i++)
    {
      TbDeed *deed = g_ptr_array_index (r->deeds, i);
      gboolean meant = verb == TB_PROP_FAULT ? tb_deed_is_fault (deed) : deed->verb == verb;
      if (!meant || !goes_at (deed, time_ns) || (key != NULL && !g_strv_contains ((const char *const *) deed->keys, key)))
        continue;
      some = TRUE;
      deed->going = FALSE;
      if (timed)
        deed->for_ns = MAX (time_ns - deed->time_ns, 1);
    }
  return some;
}

/* ---- Names ---------------------------------------------------------------------------------------------- */

static guint
find_instance (TbPast *past, const char *id)
{
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    if (g_str_equal (tb_past_instance (past, i)->id, id))
      return i;
  return G_MAXUINT;
}

/* What an instance said last that it is; NULL: nothing. */
static const char *
role_at (TbPast *past, const char *instance, gint64 time_ns)
{
  const char *role = NULL;
  for (guint i = 0; i < tb_past_n_commands (past); i++)
    {
      const TbPastCommand *c = tb_past_command (past, i);
      if (c->time_ns <= time_ns && c->type == TB_COMMAND_SAY && g_str_equal (c->what, "role")
          && g_str_equal (c->name, instance))
        role = c->value;
    }
  return role;
}

gboolean
tb_past_led (TbPast *past, guint instance, gint64 time_ns)
{
  const TbPastInstance *one = tb_past_instance (past, instance);
  guint leaders = 0, replicas = 0;
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      const TbPastInstance *other = tb_past_instance (past, i);
      if (!g_str_equal (other->component, one->component))
        continue;
      replicas++;
      leaders += g_strcmp0 (role_at (past, other->id, time_ns), "leader") == 0;
    }
  return replicas > 1 && leaders == 1 && g_strcmp0 (role_at (past, one->id, time_ns), "leader") == 0;
}

/* Who is meant when this one is struck: whoever leads, if it did. (transfer full) */
static char *
whom (Reading *r, const char *id, gint64 time_ns)
{
  guint i = find_instance (r->past, id);
  if (i == G_MAXUINT || !tb_past_led (r->past, i, time_ns))
    return g_strdup (id);
  return g_strdup_printf ("%s/leader", tb_past_instance (r->past, i)->component);
}

/* Names of a set of instances, components where all of theirs are in it. (transfer full) */
static char *
names_of (Reading *r, const guint8 *in, gint64 time_ns)
{
  GString *text = g_string_new (NULL);
  guint n = tb_past_n_instances (r->past), size = 0, last = 0;
  for (guint i = 0; i < n; i++)
    if (in[i])
      {
        size++;
        last = i;
      }
  if (size == 1)
    {
      g_string_free (text, TRUE);
      return whom (r, tb_past_instance (r->past, last)->id, time_ns);
    }
  for (guint i = 0; i < n; i++)
    {
      const TbPastInstance *one = tb_past_instance (r->past, i);
      gboolean all = TRUE, first = TRUE;
      for (guint k = 0; k < n; k++)
        if (g_str_equal (tb_past_instance (r->past, k)->component, one->component))
          {
            all &= in[k] != 0;
            first &= k >= i;
          }
      if (in[i] && (!all || first))
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", all ? one->component : one->id);
    }
  return g_string_free (text, FALSE);
}

/* ---- Partitions ----------------------------------------------------------------------------------------- */

/* Two sides that do not hear each other, each of them whole: then it is “isolate”. */
static gboolean
split_sides (const TbWireFault *fault, guint n, guint8 *a, guint8 *b)
{
  guint na = 0, nb = 0, pairs = 0;
  g_autofree guint8 *cut = g_new0 (guint8, (gsize) n * n + 1);
  for (guint i = 0; i < fault->n_pairs; i++)
    if (fault->pairs[i].from < n && fault->pairs[i].to < n)
      cut[fault->pairs[i].from * n + fault->pairs[i].to] = 1;
  guint first = fault->pairs[0].from, second = fault->pairs[0].to;
  for (guint i = 0; i < n && first < n && second < n; i++)
    {
      nb += b[i] = cut[first * n + i];
      na += a[i] = cut[second * n + i];
    }
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        pairs += cut[i * n + k];
        if (((a[i] && b[k]) || (b[i] && a[k])) && !cut[i * n + k])
          return FALSE;
      }
  return na > 0 && nb > 0 && pairs == 2 * na * nb;
}

/* Whether both sides together are all that runs: then only one of them need be named. */
static gboolean
are_all (Reading *r, const guint8 *a, const guint8 *b)
{
  for (guint i = 0; i < tb_past_n_instances (r->past); i++)
    if (!tb_past_instance (r->past, i)->outside && !tb_past_instance (r->past, i)->removed && !a[i] && !b[i])
      return FALSE;
  return TRUE;
}

static guint
count (const guint8 *in, guint n)
{
  guint k = 0;
  for (guint i = 0; i < n; i++)
    k += in[i];
  return k;
}

static void
add_partition (Reading *r, const TbPastCommand *c, const char *kind, const guint8 *of, const guint8 *from, gboolean all)
{
  g_autofree char *struck = names_of (r, of, c->time_ns), *others = names_of (r, from, c->time_ns);
  TbDeed *deed = add (r, c->time_ns, TB_PROP_PARTITION, kind, c->name);
  say (deed, TB_PROP_OF, struck);
  if (!all)
    say (deed, TB_PROP_FROM, others);
  deed->for_ns = c->fault->until_ns;
}

/* Any other shape: who is not heard by whom, one after the other for all that are not heard by the same. */
static void
add_one_ways (Reading *r, const TbPastCommand *c, guint n)
{
  g_autofree guint8 *done = g_new0 (guint8, n + 1);
  for (guint i = 0; i < n; i++)
    {
      g_autofree guint8 *of = g_new0 (guint8, n + 1), *from = g_new0 (guint8, n + 1);
      of[i] = 1;
      for (guint k = 0; k < c->fault->n_pairs; k++)
        if (c->fault->pairs[k].from == i && c->fault->pairs[k].to < n)
          from[c->fault->pairs[k].to] = 1;
      if (!done[i] && count (from, n) > 0)
        add_partition (r, c, "one-way", of, from, FALSE);
      done[i] = 1;
    }
}

static void
take_partition (Reading *r, const TbPastCommand *c)
{
  guint n = tb_past_n_instances (r->past);
  g_autofree guint8 *a = g_new0 (guint8, n + 1), *b = g_new0 (guint8, n + 1);
  if (!split_sides (c->fault, n, a, b))
    add_one_ways (r, c, n);
  else if (count (a, n) <= count (b, n))
    add_partition (r, c, "isolate", a, b, are_all (r, a, b));
  else
    add_partition (r, c, "isolate", b, a, are_all (r, a, b));
}

/* ---- Faults --------------------------------------------------------------------------------------------- */

static void
say_place (TbDeed *deed, const TbWireFault *fault)
{
  if (fault->link != NULL && *fault->link != '\0')
    say (deed, TB_PROP_OF, fault->link);
  if (fault->from != NULL && *fault->from != '\0' && !g_str_equal (fault->from, "*"))
    say (deed, TB_PROP_FROM, fault->from);
  if (fault->to != NULL && *fault->to != '\0' && !g_str_equal (fault->to, "*"))
    say (deed, TB_PROP_TO, fault->to);
}

static void
take_fault (Reading *r, const TbPastCommand *c)
{
  const TbFaultAttribute *a;
  if (c->fault == NULL)
    return;
  take_back (r, TB_PROP_FAULT, c->name, c->time_ns, TRUE); /* of the same id: it is replaced */
  if (c->fault->n_pairs > 0)
    {
      take_partition (r, c);
      return;
    }
  TbDeed *deed = add (r, c->time_ns, TB_PROP_FAULT, tb_fault_name (c->fault->kind), c->name);
  say_place (deed, c->fault);
  deed->for_ns = c->fault->until_ns;
  for (guint i = 0; (a = tb_fault_attribute (c->fault->kind, i)) != NULL; i++)
    {
      char text[300];
      const TbPropSpec *spec = tb_schema_prop_from_name (TB_KIND_DO, a->name);
      if (spec == NULL || spec->prop == TB_PROP_UNTIL || tb_fault_is_normal (c->fault, a))
        continue;
      tb_fault_get (c->fault, a, text, sizeof text);
      say (deed, spec->prop, text);
    }
}

static gboolean
others_go (const Reading *r, const char *key, gint64 time_ns)
{
  for (guint i = 0; i < r->deeds->len; i++)
    {
      const TbDeed *deed = g_ptr_array_index (r->deeds, i);
      if (tb_deed_is_fault (deed) && goes_at (deed, time_ns) && !g_strv_contains ((const char *const *) deed->keys, key))
        return TRUE;
    }
  return FALSE;
}

/* What ends the last fault is a heal; of one among others it is said how long that lasted. */
static void
take_removal (Reading *r, const TbPastCommand *c)
{
  gboolean all = *c->name == '\0', some = !all && others_go (r, c->name, c->time_ns);
  if (take_back (r, TB_PROP_FAULT, all ? NULL : c->name, c->time_ns, some) && !some)
    add (r, c->time_ns, TB_PROP_HEAL, "all", NULL);
}

/* ---- Instances and loads -------------------------------------------------------------------------------- */

static void
strike (Reading *r, const TbPastCommand *c, TbProp verb)
{
  g_autofree char *name = whom (r, c->name, c->time_ns);
  if (c->type == TB_COMMAND_HALT)
    note (r, "%s was stopped in order; a scenario kills it", c->name);
  add (r, c->time_ns, verb, name, c->name);
}

static void
start_again (Reading *r, const TbPastCommand *c)
{
  gboolean killed = take_back (r, TB_PROP_KILL, c->name, c->time_ns, TRUE);
  gboolean paused = take_back (r, TB_PROP_PAUSE, c->name, c->time_ns, TRUE);
  if (!killed && !paused && c->time_ns > r->from_ns)
    add (r, c->time_ns, TB_PROP_RESTART, c->name, NULL);
}

static void
take_instance (Reading *r, const TbPastCommand *c)
{
  if (c->type == TB_COMMAND_KILL || c->type == TB_COMMAND_HALT)
    strike (r, c, TB_PROP_KILL);
  else if (c->type == TB_COMMAND_PAUSE)
    strike (r, c, TB_PROP_PAUSE);
  else if (c->type != TB_COMMAND_RESUME)
    start_again (r, c);
  else if (!take_back (r, TB_PROP_PAUSE, c->name, c->time_ns, TRUE))
    add (r, c->time_ns, TB_PROP_RESUME, c->name, NULL);
}

/* Another instance of the client that was just told the same: then it is the client's. */
static gboolean
joins (Reading *r, const TbPastCommand *c, const char *component, TbProp prop, const char *value)
{
  TbDeed *last = r->deeds->len > 0 ? g_ptr_array_index (r->deeds, r->deeds->len - 1) : NULL;
  if (last == NULL || last->verb != TB_PROP_LOAD || c->time_ns - last->time_ns > TOGETHER_NS
      || g_strcmp0 (tb_deed_get (last, prop), value) != 0)
    return FALSE;
  guint other = find_instance (r->past, last->keys[0]);
  if (other == G_MAXUINT || !g_str_equal (tb_past_instance (r->past, other)->component, component))
    return FALSE;
  TbDeedValue *name = &g_array_index (last->values, TbDeedValue, 0);
  g_free (name->text);
  name->text = g_strdup (component);
  g_autofree char *joined = g_strjoinv ("\n", last->keys), *keys = g_strconcat (joined, "\n", c->name, NULL);
  g_strfreev (last->keys);
  last->keys = g_strsplit (keys, "\n", -1);
  return TRUE;
}

static void
take_load (Reading *r, const TbPastCommand *c)
{
  guint i = find_instance (r->past, c->name);
  const char *space = strchr (c->value, ' ');
  gboolean own = space == NULL;
  TbProp prop = g_str_has_prefix (c->value, "rate ") ? TB_PROP_RATE : TB_PROP_THINK;
  if (i == G_MAXUINT || g_str_has_prefix (c->value, "final"))
    return;
  take_back (r, TB_PROP_LOAD, c->name, c->time_ns, own);
  if (own || joins (r, c, tb_past_instance (r->past, i)->component, prop, space + 1))
    return;
  say (add (r, c->time_ns, TB_PROP_LOAD, c->name, c->name), prop, space + 1);
}

static void
take_said (Reading *r, const TbPastCommand *c)
{
  if (g_str_equal (c->what, "load"))
    take_load (r, c);
  else if (g_str_equal (c->what, "clock"))
    note (r, "the clock of %s was moved, which a scenario cannot do", c->name);
}

/* ---- All of it ------------------------------------------------------------------------------------------ */

static void
take (Reading *r, const TbPastCommand *c)
{
  switch (c->type)
    {
    case TB_COMMAND_KILL:
    case TB_COMMAND_PAUSE:
    case TB_COMMAND_RESUME:
    case TB_COMMAND_RESTART:
    case TB_COMMAND_START_ANYWAY:
    case TB_COMMAND_HALT:
    case TB_COMMAND_START:
      take_instance (r, c);
      break;
    case TB_COMMAND_FAULT_ADD:
      take_fault (r, c);
      break;
    case TB_COMMAND_FAULT_REMOVE:
      take_removal (r, c);
      break;
    case TB_COMMAND_FAULT_STEP:
    case TB_COMMAND_HELD_DO:
      note (r, "held messages were let go one by one, which a scenario cannot do");
      break;
    case TB_COMMAND_SAY:
      take_said (r, c);
      break;
    default:
      break;
    }
}

GPtrArray *
tb_deeds_of (TbPast *past, gint64 from_ns, GPtrArray *notes)
{
  Reading r = { past, from_ns, g_ptr_array_new_with_free_func (free_deed), notes };
  gint64 stop_ns = tb_past_stop_ns (past);
  for (guint i = 0; i < tb_past_n_commands (past); i++)
    {
      const TbPastCommand *c = tb_past_command (past, i);
      if (c->type == TB_COMMAND_STOP || c->time_ns >= stop_ns)
        break;
      take (&r, c);
    }
  return r.deeds;
}
