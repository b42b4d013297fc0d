/* What is held, as the agent tells it, and what is asked to be done with it. */
#include <string.h>

#include "session-private.h"

struct _TbHeldList
{
  GObject parent;
  GArray *items; /* of TbHeld */
  guint total;
  guint answered; /* token of the last answer */
  char *why_not;
};

G_DEFINE_FINAL_TYPE (TbHeldList, tb_held_list, G_TYPE_OBJECT)

static guint changed, answered;

static void
tb_held_list_finalize (GObject *object)
{
  TbHeldList *self = TB_HELD_LIST (object);
  g_array_unref (self->items);
  g_free (self->why_not);
  G_OBJECT_CLASS (tb_held_list_parent_class)->finalize (object);
}

static void
tb_held_list_class_init (TbHeldListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_held_list_finalize;
  changed = g_signal_new ("changed", TB_TYPE_HELD_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 0);
  answered = g_signal_new ("answered", TB_TYPE_HELD_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                           G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
}

static void
tb_held_list_init (TbHeldList *self)
{
  self->items = g_array_new (FALSE, FALSE, sizeof (TbHeld));
}

guint
tb_held_list_n (TbHeldList *list)
{
  return list->items->len;
}

const TbHeld *
tb_held_list_at (TbHeldList *list, guint i)
{
  return &g_array_index (list->items, TbHeld, i);
}

const TbHeld *
tb_held_list_find (TbHeldList *list, guint64 id)
{
  for (guint i = 0; i < list->items->len; i++)
    if (tb_held_list_at (list, i)->id == id)
      return tb_held_list_at (list, i);
  return NULL;
}

guint
tb_held_list_total (TbHeldList *list)
{
  return list->total;
}

gboolean
tb_held_list_is_answered (TbHeldList *list, guint token, const char **why_not)
{
  if (why_not != NULL)
    *why_not = list->answered == token ? list->why_not : NULL;
  return list->answered >= token;
}

/* ---- Facts ---------------------------------------------------------------------------------------- */

static guint
from_wire (const guint32 *indices, guint32 n, guint32 wire)
{
  return wire < n ? indices[wire] : G_MAXUINT;
}

static void
take_one (const TbSession *self, const TbWireHeld *wire, TbHeld *held)
{
  const TbWireMap *map = self->map;
  g_autofree char *label = g_utf8_make_valid (wire->label, -1);
  *held = (TbHeld) { .id = wire->id,
                     .since_ns = wire->since_ns,
                     .row = wire->row,
                     .link = from_wire (map->link_from_wire, map->plan.n_links, wire->link),
                     .from = from_wire (map->from_wire, map->plan.n_instances, wire->from),
                     .to = from_wire (map->from_wire, map->plan.n_instances, wire->to),
                     .connection = wire->connection,
                     .number = wire->number,
                     .size = wire->size,
                     .behind = wire->behind,
                     .direction = wire->direction,
                     .kind = (TbEventKind) wire->kind,
                     .next = wire->next,
                     .in_line = wire->in_line };
  gsize n = MIN (strlen (label), sizeof held->label - 1);
  while (n > 0 && ((guchar) label[n] & 0xc0) == 0x80)
    n--; /* never half a character */
  memcpy (held->label, label, n);
}

gboolean
tb_session_take_held (TbSession *self, TbReader *r)
{
  TbWireHeld wire[TB_HELD_LIST_MAX];
  guint32 n, total;
  if (!tb_wire_held_read (r, wire, &n, &total))
    return FALSE;
  g_array_set_size (self->held->items, n);
  for (guint i = 0; i < n; i++)
    take_one (self, &wire[i], &g_array_index (self->held->items, TbHeld, i));
  self->held->total = total;
  g_signal_emit (self->held, changed, 0);
  return TRUE;
}

static void
answer (TbHeldList *list, guint token, const char *why_not)
{
  list->answered = token;
  g_free (list->why_not);
  list->why_not = g_strdup (why_not);
  g_signal_emit (list, answered, 0, token, list->why_not);
}

gboolean
tb_session_take_held_done (TbSession *self, TbReader *r)
{
  guint32 token = tb_reader_u32 (r);
  g_autofree char *why_not = tb_reader_string (r);
  if (r->bad)
    return FALSE;
  answer (self->held, token, why_not);
  return TRUE;
}

void
tb_session_close_held (TbSession *self)
{
  TbHeldList *list = self->held;
  if (list->total > 0)
    {
      g_array_set_size (list->items, 0);
      list->total = 0;
      g_signal_emit (list, changed, 0);
    }
  if (list->answered != self->held_token)
    answer (list, self->held_token, "the run is over");
}

/* ---- What is asked -------------------------------------------------------------------------------- */

TbHeldList *
tb_session_held (TbSession *self)
{
  return self->held;
}

guint
tb_session_held_do (TbSession *self, TbHeldVerb verb, guint64 id, guint64 other)
{
  const TbWireHeldDo what = { ++self->held_token, verb, id, other };
  if (self->closed)
    {
      answer (self->held, what.token, "the run is over");
      return what.token;
    }
  tb_wire_held_do_write (&self->out, &what);
  tb_session_sent (self);
  return what.token;
}

static char *
hold_id (const char *link)
{
  return g_strconcat ("hold:", *link != '\0' ? link : "*", NULL);
}

void
tb_session_hold (TbSession *self, const char *link, gboolean hold)
{
  g_autofree char *id = hold_id (link), *name = g_strdup (link);
  char all[] = "*";
  TbWireFault fault;
  if (!hold)
    {
      tb_session_remove_fault (self, id);
      return;
    }
  tb_fault_init (&fault, TB_FAULT_HOLD);
  fault.id = id;
  fault.link = name;
  fault.from = fault.to = all;
  tb_session_add_fault (self, &fault);
}

gboolean
tb_session_holds (TbSession *self, const char *link)
{
  g_autofree char *id = hold_id (link);
  const TbKnownFault *fault = tb_session_find_fault (self, id);
  return fault != NULL && !fault->going;
}

guint
tb_session_n_holds (TbSession *self)
{
  guint n = 0;
  for (guint i = 0; i < self->faults->len; i++)
    n += ((const TbKnownFault *) g_ptr_array_index (self->faults, i))->wire.kind == TB_FAULT_HOLD;
  return n;
}

void
tb_session_end_holds (TbSession *self)
{
  for (guint i = self->faults->len; i-- > 0;)
    {
      const TbKnownFault *fault = g_ptr_array_index (self->faults, i);
      if (fault->wire.kind == TB_FAULT_HOLD)
        tb_session_remove_fault (self, fault->wire.id);
    }
}

/* ---- In words ------------------------------------------------------------------------------------- */

static const char *
name_of (const TbPlan *plan, guint instance)
{
  return instance < plan->instances->len
             ? ((const TbPlanInstance *) g_ptr_array_index (plan->instances, instance))->id
             : "outside";
}

char *
tb_held_way (const TbPlan *plan, const TbHeld *held)
{
  gboolean up = held->direction == 0;
  return g_strdup_printf ("%s → %s", name_of (plan, up ? held->from : held->to),
                          name_of (plan, up ? held->to : held->from));
}
