/* From a model to components with replicas, devices, and links in groups of which one is enough. */
#include "failure-private.h"
#include "tb-deployment.h"


typedef struct
{
  TbFailure *f;
  const TbModel *model;
  GHashTable *tiers; /* tier's uid → GArray of guint: its devices, those made up for it in the end */
} Reading;

static gpointer
key_of (TbUid uid)
{
  return GUINT_TO_POINTER (uid);
}

static void
keep_name (TbFailure *f, const TbElement *element)
{
  g_hash_table_insert (f->names, key_of (tb_element_uid (element)), g_strdup (tb_element_title (element)));
}

/* ---- How available ------------------------------------------------------------------------------- */

/* availability= where it is said, else MTBF / (MTBF + MTTR); FALSE and 1 where neither is. */
static gboolean
read_up (const TbElement *element, double *up)
{
  const char *text = tb_element_get (element, TB_PROP_AVAILABILITY);
  double mtbf = (double) tb_element_get_ns (element, TB_PROP_MTBF),
         mttr = (double) tb_element_get_ns (element, TB_PROP_MTTR);
  *up = 1;
  char *end = NULL;
  double said = text != NULL ? g_ascii_strtod (text, &end) : 0;
  if (text != NULL && (*end == '\0' || *end == '%'))
    {
      *up = CLAMP (*end == '%' || said > 1 ? said / 100 : said, 0, 1); /* 99.9 can only mean per cent */
      return TRUE;
    }
  if (mtbf <= 0 || !tb_element_is_set (element, TB_PROP_MTTR))
    return FALSE;
  *up = mtbf / (mtbf + mttr);
  return TRUE;
}

/* ---- Devices ------------------------------------------------------------------------------------- */

static guint
add_device (TbFailure *f, const TbElement *element, guint number)
{
  guint index = f->devices->len;
  TbFailDevice device = { .uid = tb_element_uid (element), .number = number, .up = 1 };
  if (number == 0)
    {
      device.said = read_up (element, &device.up);
      g_hash_table_insert (f->index, key_of (device.uid), GUINT_TO_POINTER (index + 1));
    }
  keep_name (f, element);
  g_array_append_val (f->devices, device);
  return index;
}

static void
read_tiers (Reading *r)
{
  for (guint t = 0; t < tb_model_count (r->model, TB_KIND_TIER); t++)
    {
      const TbElement *tier = tb_model_nth (r->model, TB_KIND_TIER, t);
      GArray *devices = g_array_new (FALSE, FALSE, sizeof (guint));
      for (guint i = 0; i < tb_element_n_children (tier); i++)
        if (tb_element_kind (tb_element_child (tier, i)) == TB_KIND_DEVICE)
          {
            guint index = add_device (r->f, tb_element_child (tier, i), 0);
            g_array_append_val (devices, index);
          }
      keep_name (r->f, tier);
      g_hash_table_insert (r->tiers, key_of (tb_element_uid (tier)), devices);
    }
}

/* The same as the plan does (tb_planner_place()): what <on> says, else the tier's devices in file order, and of a tier
 * without them one for each replica. */
static guint
device_of (Reading *r, const TbElement *component, const TbElement *tier, guint replica)
{
  const TbElement *on = tb_replica_on (component, replica);
  const TbElement *device = on != NULL ? tb_element_get_ref (r->model, on, TB_PROP_DEVICE) : NULL;
  if (device != NULL)
    return GPOINTER_TO_UINT (g_hash_table_lookup (r->f->index, key_of (tb_element_uid (device)))) - 1;
  GArray *devices = tier != NULL ? g_hash_table_lookup (r->tiers, key_of (tb_element_uid (tier))) : NULL;
  if (devices == NULL)
    return TB_NO_INDEX;
  if (devices->len > 0 && TB_DEVICE (r->f, g_array_index (devices, guint, 0))->number == 0)
    return g_array_index (devices, guint, (replica - 1) % devices->len);
  while (devices->len < replica)
    {
      guint index = add_device (r->f, tier, devices->len + 1);
      g_array_append_val (devices, index);
    }
  return g_array_index (devices, guint, replica - 1);
}

/* ---- Components ------------------------------------------------------------------------------------ */

static void
read_component (Reading *r, const TbElement *element)
{
  TbFailure *f = r->f;
  const TbElement *tier = tb_element_get_ref (r->model, element, TB_PROP_TIER);
  guint index = f->components->len;
  TbFailComponent c = { .uid = tb_element_uid (element), .first = f->instances->len, .n = tb_component_replicas (element) };
  c.said = read_up (element, &c.up);
  c.special = tb_failure_special (element);
  c.own = tb_failure_need_of_store (element, c.special, TRUE, TRUE);
  for (guint i = 0; i < c.n; i++)
    {
      TbFailInstance instance = { index, device_of (r, element, tier, i + 1) };
      g_array_append_val (f->instances, instance);
    }
  g_hash_table_insert (f->index, key_of (c.uid), GUINT_TO_POINTER (index + 1));
  keep_name (f, element);
  g_array_append_val (f->components, c);
}

static void
note_inside (Reading *r, const TbElement *container, guint component)
{
  if (container == NULL)
    return;
  gpointer key = key_of (tb_element_uid (container));
  GArray *inside = g_hash_table_lookup (r->f->inside, key);
  if (inside == NULL)
    {
      inside = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (r->f->inside, key, inside);
      keep_name (r->f, container);
    }
  g_array_append_val (inside, component);
}

/* A group's content is that of the groups inside it, too; a circle of groups ends somewhere. */
static void
note_containers (Reading *r, const TbElement *element, guint component)
{
  const char *layers = tb_element_get (element, TB_PROP_LAYER);
  g_auto (GStrv) ids = g_strsplit (layers != NULL ? layers : "", " ", -1);
  const TbElement *group = tb_element_get_ref (r->model, element, TB_PROP_GROUP);
  note_inside (r, tb_element_get_ref (r->model, element, TB_PROP_TIER), component);
  for (guint i = 0; ids[i] != NULL; i++)
    note_inside (r, *ids[i] != '\0' ? tb_model_lookup (r->model, ids[i]) : NULL, component);
  for (guint depth = 0; group != NULL && depth < 64; depth++)
    {
      note_inside (r, group, component);
      group = tb_element_get_ref (r->model, group, TB_PROP_PARENT);
    }
}

static void
list_instances_of_devices (TbFailure *f)
{
  g_autofree guint *next = g_new0 (guint, f->devices->len + 1);
  guint sum = 0;
  for (guint i = 0; i < f->instances->len; i++)
    if (TB_INSTANCE (f, i)->device != TB_NO_INDEX)
      TB_DEVICE (f, TB_INSTANCE (f, i)->device)->n++;
  for (guint d = 0; d < f->devices->len; d++)
    {
      next[d] = TB_DEVICE (f, d)->first = sum;
      sum += TB_DEVICE (f, d)->n;
    }
  g_array_set_size (f->on, sum);
  for (guint i = 0; i < f->instances->len; i++)
    if (TB_INSTANCE (f, i)->device != TB_NO_INDEX)
      g_array_index (f->on, guint, next[TB_INSTANCE (f, i)->device]++) = i;
}

/* ---- Links ------------------------------------------------------------------------------------------ */

/* What a component needs of others, while it is read. */
typedef struct
{
  Reading *r;
  guint component;
  GHashTable *wanted; /* id → TbFailLink */
  GPtrArray *ids;     /* of them, in file order */
} Needs;

static void
add_group (Needs *needs, const char *const *ids, guint n)
{
  TbFailure *f = needs->r->f;
  TbFailGroup group = { .component = needs->component, .first = f->links->len };
  for (guint i = 0; i < n; i++)
    {
      TbFailLink *link = g_hash_table_lookup (needs->wanted, ids[i]);
      if (link == NULL)
        continue;
      link->group = f->groups->len;
      g_hash_table_insert (f->index, key_of (link->uid), GUINT_TO_POINTER (f->links->len + 1));
      g_array_append_val (f->links, *link);
      g_hash_table_remove (needs->wanted, ids[i]);
      group.n++;
    }
  if (group.n > 0)
    g_array_append_val (f->groups, group);
}

/* Calls that follow each other with order="parallel" or "first" are made together, and where one of them says first,
 * one answer is enough. */
static void
add_first_groups (Needs *needs, const TbElement *caller)
{
  const TbElement *builtin = tb_element_child_of (caller, TB_KIND_BUILTIN);
  g_autoptr (GPtrArray) run = g_ptr_array_new ();
  gboolean first = FALSE;
  for (guint i = 0; builtin != NULL && i <= tb_element_n_children (builtin); i++)
    {
      const TbElement *call = i < tb_element_n_children (builtin) ? tb_element_child (builtin, i) : NULL;
      const char *order = call != NULL ? tb_element_get (call, TB_PROP_ORDER) : NULL;
      gboolean joins = g_strcmp0 (order, "first") == 0 || g_strcmp0 (order, "parallel") == 0;
      if (!joins)
        {
          if (first)
            add_group (needs, (const char *const *) run->pdata, run->len);
          g_ptr_array_set_size (run, 0);
          first = FALSE;
        }
      first |= g_strcmp0 (order, "first") == 0;
      if (call != NULL && tb_element_get (call, TB_PROP_LINK) != NULL)
        g_ptr_array_add (run, (gpointer) tb_element_get (call, TB_PROP_LINK));
    }
}

typedef struct
{
  const TbElement *link, *target;
  guint to;
} Outgoing;

/* links: Outgoing; NULL: none */
static void
read_needs (Reading *r, const TbElement *caller, guint component, const GArray *links)
{
  TbFailComponent *c = TB_COMPONENT (r->f, component);
  Needs needs = { r, component, g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free), g_ptr_array_new () };
  for (guint i = 0; links != NULL && i < links->len; i++)
    {
      const TbElement *link = g_array_index (links, Outgoing, i).link, *target = g_array_index (links, Outgoing, i).target;
      guint to = g_array_index (links, Outgoing, i).to;
      TbFailLink wanted = { .uid = tb_element_uid (link), .to = to };
      if (tb_element_id (link) == NULL
          || !tb_failure_need_of_link (caller, link, target, TB_COMPONENT (r->f, to)->special, &wanted.need))
        continue;
      g_hash_table_insert (needs.wanted, (gpointer) tb_element_id (link), g_memdup2 (&wanted, sizeof wanted));
      g_ptr_array_add (needs.ids, (gpointer) tb_element_id (link));
      keep_name (r->f, link);
    }
  c->first_group = r->f->groups->len;
  add_first_groups (&needs, caller);
  for (guint i = 0; i < needs.ids->len; i++)
    add_group (&needs, (const char *const *) needs.ids->pdata + i, 1);
  c->n_groups = r->f->groups->len - c->first_group;
  g_hash_table_unref (needs.wanted);
  g_ptr_array_unref (needs.ids);
}

static void
list_callers (TbFailure *f)
{
  g_autofree guint *next = g_new0 (guint, f->components->len + 1);
  guint sum = 0;
  for (guint i = 0; i < f->links->len; i++)
    TB_COMPONENT (f, TB_LINK (f, i)->to)->n_in++;
  for (guint i = 0; i < f->components->len; i++)
    {
      next[i] = TB_COMPONENT (f, i)->first_in = sum;
      sum += TB_COMPONENT (f, i)->n_in;
    }
  g_array_set_size (f->in, sum);
  for (guint i = 0; i < f->links->len; i++)
    g_array_index (f->in, guint, next[TB_LINK (f, i)->to]++) = i;
}

/* ---- Goals ------------------------------------------------------------------------------------------ */

/* called: by component, whether any link leads there, waited for or not. */
static void
choose_goals (TbFailure *f, const TbModel *model, const gboolean *called)
{
  gboolean clients = FALSE;
  for (guint i = 0; i < f->components->len; i++)
    {
      TbFailComponent *c = TB_COMPONENT (f, i);
      TbRole role = tb_component_role (tb_model_nth (model, TB_KIND_COMPONENT, i));
      c->outside = role == TB_ROLE_CLIENT || (role == TB_ROLE_EXTERNAL && c->n_groups > 0 && !called[i]);
      c->goal = c->outside && c->n_groups > 0;
      if (c->outside)
        c->own = (TbNeed){ 0, 0 };
      clients |= c->goal;
    }
  for (guint i = 0; i < f->components->len; i++)
    {
      TbFailComponent *c = TB_COMPONENT (f, i);
      c->goal |= !clients && !c->outside && !called[i];
      if (c->goal)
        {
          g_array_append_val (f->goals, c->uid);
          g_array_append_val (f->goal_components, i);
        }
    }
}

static void
read_links (Reading *r)
{
  guint n = r->f->components->len;
  g_autoptr (GPtrArray) outgoing = g_ptr_array_new_full (n, NULL);
  g_autofree gboolean *called = g_new0 (gboolean, n + 1);
  g_ptr_array_set_size (outgoing, (gint) n);
  for (guint i = 0; i < tb_model_count (r->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (r->model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (r->model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (r->model, link, TB_PROP_TO);
      guint a = from != NULL ? tb_failure_component (r->f, tb_element_uid (from)) : TB_NO_INDEX;
      guint b = to != NULL ? tb_failure_component (r->f, tb_element_uid (to)) : TB_NO_INDEX;
      if (a == TB_NO_INDEX || b == TB_NO_INDEX)
        continue;
      called[b] |= a != b;
      if (outgoing->pdata[a] == NULL)
        outgoing->pdata[a] = g_array_new (FALSE, FALSE, sizeof (Outgoing));
      Outgoing call = { link, to, b };
      g_array_append_val (outgoing->pdata[a], call);
    }
  for (guint i = 0; i < n; i++)
    {
      read_needs (r, tb_model_nth (r->model, TB_KIND_COMPONENT, i), i, outgoing->pdata[i]);
      g_clear_pointer ((GArray **) &outgoing->pdata[i], g_array_unref);
    }
  list_callers (r->f);
  choose_goals (r->f, r->model, called);
}

/* Where several parts are called the same, their ids say which is meant. */
static void
tell_apart (TbFailure *f, const TbModel *model)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_DEVICE, TB_KIND_LINK };
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal); /* title → the first, NULL from the second on */
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        const char *title = tb_element_title (element);
        gboolean taken = g_hash_table_contains (seen, title);
        g_hash_table_insert (seen, (gpointer) title, taken ? NULL : (gpointer) element);
      }
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        const char *title = tb_element_title (element), *id = tb_element_id (element);
        gpointer key = key_of (tb_element_uid (element));
        if (g_hash_table_lookup (seen, title) == NULL && id != NULL && g_hash_table_contains (f->names, key))
          g_hash_table_insert (f->names, key, g_strdup_printf ("%s (%s)", title, id));
      }
}

void
tb_failure_read (TbFailure *f, const TbModel *model)
{
  Reading r = { f, model, g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref) };
  read_tiers (&r);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      read_component (&r, tb_model_nth (model, TB_KIND_COMPONENT, i));
      note_containers (&r, tb_model_nth (model, TB_KIND_COMPONENT, i), i);
    }
  list_instances_of_devices (f);
  read_links (&r);
  tell_apart (f, model);
  g_hash_table_unref (r.tiers);
}
