/* Faults as the viewer asks for them: on links, and between instances. */
#include <string.h>

#include "session-private.h"

#define NAMES_MOST 2 /* of one end of a link */

void
tb_known_fault_free (gpointer data)
{
  TbKnownFault *fault = data;
  tb_replace_text (&fault->text, NULL);
  g_clear_pointer (&fault->cut_links, g_array_unref);
  g_clear_pointer (&fault->cut_off, g_array_unref);
  tb_wire_fault_clear (&fault->wire);
  g_free (fault);
}

void
tb_session_add_fault (TbSession *self, const TbWireFault *fault)
{
  TbKnownFault *known = tb_session_find_fault (self, fault->id);
  if (self->closed)
    return;
  if (known == NULL)
    {
      known = g_new0 (TbKnownFault, 1);
      g_ptr_array_add (self->faults, known);
    }
  TbWireFault old = known->wire; /* what is asked for may point into it */
  tb_wire_fault_copy (&known->wire, fault);
  tb_wire_fault_clear (&old);
  known->pending++;
  known->going = FALSE;
  tb_replace_text (&known->text, NULL);
  g_clear_pointer (&known->cut_links, g_array_unref);
  g_clear_pointer (&known->cut_off, g_array_unref);
  tb_wire_fault_write (&self->out, &known->wire);
  tb_session_sent (self);
}

void
tb_session_step_fault (TbSession *self, const char *id, guint n)
{
  if (self->closed)
    return;
  tb_writer_begin (&self->out, TB_COMMAND_FAULT_STEP);
  tb_writer_string (&self->out, id);
  tb_writer_u32 (&self->out, n);
  tb_writer_end (&self->out);
  tb_session_sent (self);
}

guint
tb_session_n_faults (TbSession *self)
{
  return self->faults->len;
}

TbSessionFault
tb_session_fault_at (TbSession *self, guint i)
{
  const TbKnownFault *known = g_ptr_array_index (self->faults, i);
  return (TbSessionFault) { .fault = &known->wire, .text = known->text, .active = known->active,
                            .pending = known->pending > 0, .since_ns = known->since_ns };
}

gboolean
tb_session_fault (TbSession *self, const char *id, TbSessionFault *fault)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      *fault = tb_session_fault_at (self, i);
      if (g_strcmp0 (fault->fault->id, id) == 0)
        return TRUE;
    }
  return FALSE;
}

void
tb_session_remove_fault (TbSession *self, const char *id)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      TbKnownFault *known = g_ptr_array_index (self->faults, i);
      /* What is gone by then is not confirmed once more where all are removed. */
      if ((*id == '\0' && !known->going) || g_strcmp0 (known->wire.id, id) == 0)
        known->pending++;
      known->going = known->going || *id == '\0' || g_strcmp0 (known->wire.id, id) == 0;
    }
  tb_session_send_name (self, TB_COMMAND_FAULT_REMOVE, id);
}

static char *
cut_id (const char *link_id)
{
  return g_strconcat ("cut:", link_id, NULL);
}

/* A link that nobody drew is called "from>to", and is cut between those components. */
void
tb_session_cut (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  g_auto (GStrv) ends = g_strsplit (link_id, ">", 2);
  gboolean drawn = tb_plan_find_link (self->plan->plan, link_id) >= 0 || ends[1] == NULL;
  TbWireFault fault = { .id = id, .kind = TB_FAULT_CUT, .up = true, .down = true, TB_FAULT_ALWAYS,
                        .link = drawn ? (char *) link_id : (char *) "",
                        .from = drawn ? (char *) "*" : ends[0],
                        .to = drawn ? (char *) "*" : ends[1] };
  tb_session_add_fault (self, &fault);
}

void
tb_session_heal (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  tb_session_remove_fault (self, id);
}

gboolean
tb_session_is_cut (TbSession *self, const char *link_id)
{
  g_autofree char *id = cut_id (link_id);
  const TbKnownFault *fault = tb_session_find_fault (self, id);
  return fault != NULL && fault->active;
}

/* ---- Partitions ------------------------------------------------------------------------------------- */

const char *
tb_session_role_of (guint instance, gpointer data)
{
  const TbSession *self = data;
  return self->instances[instance].role;
}

static gboolean
is_cut (GHashTable *ways, guint from, guint to)
{
  guint64 way = (guint64) from << 32 | to;
  return g_hash_table_contains (ways, &way);
}

/* One end of what is cut: its component where all of it is, else names where they are few. */
static void
say_end (GString *text, const TbPlan *plan, const GArray *all, const gboolean *in)
{
  guint n = 0, said = 0;
  for (guint i = 0; i < all->len; i++)
    n += in[i];
  const TbPlanInstance *first = g_ptr_array_index (plan->instances, g_array_index (all, guint, 0));
  if (n == all->len)
    g_string_append (text, first->component_id);
  else if (n > NAMES_MOST)
    g_string_append_printf (text, "%u of %s", n, first->component_id);
  for (guint i = 0; i < all->len && n < all->len && n <= NAMES_MOST; i++)
    {
      const TbPlanInstance *one = g_ptr_array_index (plan->instances, g_array_index (all, guint, i));
      if (in[i])
        g_string_append_printf (text, "%s%s", said++ > 0 ? ", " : "", one->id);
    }
}

/* The arrow says who does not reach whom. */
static char *
words_of_cut (const TbPlan *plan, const TbPlanLink *link, GHashTable *ways)
{
  g_autofree gboolean *from_in = g_new0 (gboolean, link->from->len + 1), *to_in = g_new0 (gboolean, link->to->len + 1);
  gboolean any_up = FALSE, any_down = FALSE;
  for (guint i = 0; i < link->from->len; i++)
    for (guint j = 0; j < link->to->len; j++)
      {
        guint from = g_array_index (link->from, guint, i), to = g_array_index (link->to, guint, j);
        gboolean up = from != to && is_cut (ways, from, to), down = from != to && is_cut (ways, to, from);
        from_in[i] |= up || down;
        to_in[j] |= up || down;
        any_up |= up;
        any_down |= down;
      }
  g_autoptr (GString) text = g_string_new (NULL);
  say_end (text, plan, link->from, from_in);
  g_string_append (text, any_up && any_down ? " ↔ " : any_up ? " → " : " ← ");
  say_end (text, plan, link->to, to_in);
  return g_ref_string_new (text->str);
}

/* How much of a link a partition cuts: all pairs of its instances, some, or none. */
static TbLinkCut
cut_of_link (const TbPlan *plan, const TbPlanLink *link, GHashTable *ways)
{
  guint n = 0, cut = 0, both = 0;
  for (guint i = 0; i < link->from->len; i++)
    for (guint j = 0; j < link->to->len; j++)
      {
        guint from = g_array_index (link->from, guint, i), to = g_array_index (link->to, guint, j);
        gboolean up = is_cut (ways, from, to), down = is_cut (ways, to, from);
        if (from == to)
          continue;
        n++;
        cut += up || down;
        both += up && down;
      }
  TbLinkCut found = { cut == 0 ? TB_CUT_NOT : cut < n ? TB_CUT_PARTLY : TB_CUT_WHOLLY, NULL };
  if (cut > 0 && both < n)
    found.words = words_of_cut (plan, link, ways);
  return found;
}

static void
clear_cut (gpointer data)
{
  tb_replace_text (&((TbLinkCut *) data)->words, NULL);
}

GArray *
tb_cut_of_links (const TbPlan *plan, const GArray *pairs)
{
  g_autoptr (GHashTable) ways = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree guint64 *keys = g_new (guint64, pairs->len + 1);
  GArray *cuts = g_array_new (FALSE, FALSE, sizeof (TbLinkCut));
  g_array_set_clear_func (cuts, clear_cut);
  for (guint i = 0; i < pairs->len; i++)
    {
      const TbWirePair *pair = &g_array_index (pairs, TbWirePair, i);
      keys[i] = (guint64) pair->from << 32 | pair->to;
      g_hash_table_add (ways, &keys[i]);
    }
  for (guint i = 0; i < plan->links->len; i++)
    {
      TbLinkCut cut = cut_of_link (plan, g_ptr_array_index (plan->links, i), ways);
      g_array_append_val (cuts, cut);
    }
  return cuts;
}

static void
to_wire (const TbSession *self, GArray *pairs)
{
  for (guint i = 0; i < pairs->len; i++)
    {
      TbWirePair *pair = &g_array_index (pairs, TbWirePair, i);
      pair->from = self->map->to_wire[pair->from];
      pair->to = self->map->to_wire[pair->to];
    }
}

/* pairs: plan indices, wire indices when it returns. for_ns 0: until it is healed. NULL where the run is
 * over. */
static TbKnownFault *
cut_pairs (TbSession *self, const char *id, GArray *pairs, const char *text, gint64 for_ns)
{
  g_autoptr (GArray) cuts = tb_cut_of_links (self->plan->plan, pairs);
  char all[] = "";
  to_wire (self, pairs);
  const TbWireFault fault = { .id = (char *) id, .kind = TB_FAULT_CUT, TB_FAULT_ALWAYS, .link = all,
                              .from = all, .to = all,
                              .pairs = (TbWirePair *) (gpointer) pairs->data,
                              .n_pairs = pairs->len,
                              .until_ns = for_ns };
  tb_session_say (self, id, "partition", text);
  tb_session_add_fault (self, &fault);
  TbKnownFault *known = tb_session_find_fault (self, id);
  if (known == NULL)
    return NULL;
  tb_replace_text (&known->text, text);
  known->cut_links = g_steal_pointer (&cuts);
  return known;
}

static gboolean
is_from_everyone (const TbPartition *p)
{
  return (p->kind == TB_PARTITION_ISOLATE || p->kind == TB_PARTITION_ONE_WAY)
         && (p->from == NULL || *p->from == '\0');
}

gboolean
tb_session_partition (TbSession *self, const char *id, const TbPartition *partition, GError **error)
{
  const TbPlan *plan = self->plan->plan;
  TbPartition p = *partition;
  g_autofree char *text = NULL;
  if (p.seed == 0)
    p.seed = self->map->plan.seed + ++self->n_partitions;
  g_autoptr (GArray) pairs = tb_partition_pairs (plan, &p, tb_session_role_of, self, &text, error);
  if (pairs == NULL)
    return FALSE;
  TbKnownFault *known = cut_pairs (self, id != NULL ? id : "partition", pairs, text, p.for_ns);
  if (known != NULL && is_from_everyone (&p))
    {
      known->cut_off = tb_names_to_instances (plan, p.of ? p.of : "*", tb_session_role_of, self, NULL);
      known->one_way = p.kind == TB_PARTITION_ONE_WAY;
    }
  return TRUE;
}

/* ---- Another plan --------------------------------------------------------------------------------------- */

static gboolean
is_among (const GArray *some, guint index)
{
  for (guint i = 0; i < some->len; i++)
    if (g_array_index (some, guint, i) == index)
      return TRUE;
  return FALSE;
}

static GArray *
pairs_from_everyone (const TbPlan *plan, const TbKnownFault *fault)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (TbWirePair));
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *other = g_ptr_array_index (plan->instances, i);
      if (other->removed || other->probe || is_among (fault->cut_off, i))
        continue;
      for (guint k = 0; k < fault->cut_off->len; k++)
        {
          TbWirePair way = { g_array_index (fault->cut_off, guint, k), i }, back = { way.to, way.from };
          g_array_append_val (pairs, way);
          if (!fault->one_way)
            g_array_append_val (pairs, back);
        }
    }
  return pairs;
}

/* What is left of its time; 0: it has no end. */
static gint64
left_of (const TbKnownFault *fault)
{
  gint64 gone = fault->since_ns > 0 ? tb_now_ns () - fault->since_ns : 0;
  return fault->wire.until_ns > 0 ? MAX (fault->wire.until_ns - gone, 1) : 0;
}

/* Who is cut off from everyone is so from those who came since: the same fault, in more places. */
static void
widen (TbSession *self, TbKnownFault *fault)
{
  g_autoptr (GArray) pairs = pairs_from_everyone (self->plan->plan, fault);
  g_autoptr (GArray) cut_off = g_array_copy (fault->cut_off);
  g_autofree char *id = g_strdup (fault->wire.id), *text = g_strdup (fault->text);
  gboolean one_way = fault->one_way;
  if (pairs->len == fault->wire.n_pairs)
    return;
  TbKnownFault *known = cut_pairs (self, id, pairs, text, left_of (fault));
  if (known != NULL)
    {
      known->cut_off = g_steal_pointer (&cut_off);
      known->one_way = one_way;
    }
}

/* Of a partition: its ways as the plan counts instances. */
static GArray *
from_wire (const TbSession *self, const TbWireFault *fault)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (TbWirePair));
  for (guint i = 0; i < fault->n_pairs; i++)
    {
      TbWirePair pair = { self->map->from_wire[fault->pairs[i].from],
                          self->map->from_wire[fault->pairs[i].to] };
      g_array_append_val (pairs, pair);
    }
  return pairs;
}

void
tb_session_renew_partitions (TbSession *self)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      TbKnownFault *fault = g_ptr_array_index (self->faults, i);
      if (fault->cut_links == NULL)
        continue;
      g_autoptr (GArray) pairs = from_wire (self, &fault->wire);
      g_clear_pointer (&fault->cut_links, g_array_unref);
      fault->cut_links = tb_cut_of_links (self->plan->plan, pairs);
      if (fault->cut_off != NULL)
        widen (self, fault);
    }
}

void
tb_session_heal_all (TbSession *self)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      const TbKnownFault *fault = g_ptr_array_index (self->faults, i);
      if (fault->wire.kind == TB_FAULT_CUT)
        tb_session_remove_fault (self, fault->wire.id);
    }
}
