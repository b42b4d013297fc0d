/* What of the model a view shows: hidden places leave out, a drill-down takes in. */
#include "scene-private.h"

#include <string.h>

static const struct
{
  const char *name, *label;
  gboolean arranges_itself;
} view_kinds[TB_N_VIEW_KINDS] = {
  [TB_VIEW_FREE] = { "free", "Free", FALSE },
  [TB_VIEW_GRID] = { "grid", "Layers and tiers", TRUE },
  [TB_VIEW_DEPLOYMENT] = { "deployment", "Deployment", TRUE },
  [TB_VIEW_DRILL_DOWN] = { "drill-down", "Inside", FALSE },
  [TB_VIEW_DATA_FLOW] = { "data-flow", "Data flow", FALSE },
};

TbViewKind
tb_view_kind (const TbElement *view)
{
  const char *name = view ? tb_element_get (view, TB_PROP_KIND) : NULL;
  for (guint i = 0; name != NULL && i < TB_N_VIEW_KINDS; i++)
    if (strcmp (view_kinds[i].name, name) == 0)
      return (TbViewKind) i;
  return TB_VIEW_FREE;
}

const char *
tb_view_kind_name (TbViewKind kind)
{
  g_assert (kind < TB_N_VIEW_KINDS);
  return view_kinds[kind].name;
}

const char *
tb_view_kind_label (TbViewKind kind)
{
  g_assert (kind < TB_N_VIEW_KINDS);
  return view_kinds[kind].label;
}

gboolean
tb_view_arranges_itself (TbViewKind kind)
{
  g_assert (kind < TB_N_VIEW_KINDS);
  return view_kinds[kind].arranges_itself;
}

TbUid
tb_view_into (const TbModel *model, TbUid element)
{
  for (guint i = 0; element != 0 && i < tb_model_count (model, TB_KIND_VIEW); i++)
    {
      const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, i);
      if (tb_view_kind (view) != TB_VIEW_DRILL_DOWN)
        continue;
      const TbElement *of = tb_element_get_ref (model, view, TB_PROP_OF);
      if (of != NULL && tb_element_uid (of) == element)
        return tb_element_uid (view);
    }
  return 0;
}

/* ---- Drill-down ------------------------------------------------------------------------------ */

typedef struct
{
  const TbModel *model;
  const TbElement *of;
  GHashTable *shown;
} Drill;

static TbShown
get (const Drill *d, const TbElement *element)
{
  if (element == NULL)
    return TB_SHOWN_NO;
  return (TbShown) GPOINTER_TO_UINT (
      g_hash_table_lookup (d->shown, GUINT_TO_POINTER (tb_element_uid (element))));
}

static void
show (Drill *d, const TbElement *element, TbShown how)
{
  if (element != NULL && get (d, element) < how)
    g_hash_table_insert (d->shown, GUINT_TO_POINTER (tb_element_uid (element)),
                         GUINT_TO_POINTER (how));
}

/* Through any number of groups; a circle of them ends with the count. */
static gboolean
in_group (const Drill *d, const TbElement *group)
{
  guint steps = tb_model_count (d->model, TB_KIND_GROUP) + 1;
  for (; group != NULL && steps > 0; steps--)
    {
      if (group == d->of)
        return TRUE;
      group = tb_element_get_ref (d->model, group, TB_PROP_PARENT);
    }
  return FALSE;
}

static gboolean
names_layer (const TbElement *component, const TbElement *layer)
{
  const char *refs = tb_element_get (component, TB_PROP_LAYER), *id = tb_element_id (layer);
  g_auto (GStrv) ids = g_strsplit_set (refs ? refs : "", " \t\n", -1);
  return id != NULL && g_strv_contains ((const char *const *) ids, id);
}

static gboolean
is_inside (const Drill *d, const TbElement *component)
{
  static const struct
  {
    TbKind kind;
    TbProp prop;
  } rows[] = { { TB_KIND_TIER, TB_PROP_TIER }, { TB_KIND_MIDDLEWARE, TB_PROP_MIDDLEWARE } };
  TbKind kind = tb_element_kind (d->of);
  if (kind == TB_KIND_GROUP)
    return in_group (d, tb_element_get_ref (d->model, component, TB_PROP_GROUP));
  if (kind == TB_KIND_LAYER)
    return names_layer (component, d->of);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == kind)
      return tb_element_get_ref (d->model, component, rows[i].prop) == d->of;
  return component == d->of;
}

static void
show_containers (Drill *d, const TbElement *component)
{
  show (d, tb_element_get_ref (d->model, component, TB_PROP_TIER), TB_SHOWN_FULL);
  show (d, tb_element_get_ref (d->model, component, TB_PROP_MIDDLEWARE), TB_SHOWN_FULL);
  for (guint i = 0; i < tb_model_count (d->model, TB_KIND_LAYER); i++)
    {
      const TbElement *layer = tb_model_nth (d->model, TB_KIND_LAYER, i);
      if (names_layer (component, layer))
        show (d, layer, TB_SHOWN_FULL);
    }
}

static void
show_members (Drill *d)
{
  show (d, d->of, TB_SHOWN_FULL);
  for (guint i = 0; i < tb_model_count (d->model, TB_KIND_GROUP); i++)
    {
      const TbElement *group = tb_model_nth (d->model, TB_KIND_GROUP, i);
      if (in_group (d, group))
        show (d, group, TB_SHOWN_FULL);
    }
  for (guint i = 0; i < tb_model_count (d->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (d->model, TB_KIND_COMPONENT, i);
      if (!is_inside (d, component))
        continue;
      show (d, component, TB_SHOWN_FULL);
      show_containers (d, component);
    }
}

/* Every link with a member at one end, and what is at the other. */
static void
show_neighbours (Drill *d)
{
  for (guint i = 0; i < tb_model_count (d->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (d->model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (d->model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (d->model, link, TB_PROP_TO);
      if (from == NULL || to == NULL
          || (get (d, from) != TB_SHOWN_FULL && get (d, to) != TB_SHOWN_FULL))
        continue;
      show (d, link, TB_SHOWN_FULL);
      show (d, from, TB_SHOWN_STUB);
      show (d, to, TB_SHOWN_STUB);
      if (get (d, from) == TB_SHOWN_FULL && get (d, to) == TB_SHOWN_FULL)
        show (d, tb_element_get_ref (d->model, link, TB_PROP_VIA), TB_SHOWN_FULL);
    }
}

/* What is about something shown, and what was put into this view. */
static void
show_notes (Drill *d, const TbElement *view)
{
  for (guint i = 0; i < tb_model_count (d->model, TB_KIND_NOTE); i++)
    {
      const TbElement *note = tb_model_nth (d->model, TB_KIND_NOTE, i);
      if (get (d, tb_element_get_ref (d->model, note, TB_PROP_OF)) == TB_SHOWN_FULL)
        show (d, note, TB_SHOWN_FULL);
    }
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      const TbElement *note = tb_element_kind (place) == TB_KIND_PLACE
                                  ? tb_element_get_ref (d->model, place, TB_PROP_OF) : NULL;
      if (note != NULL && tb_element_kind (note) == TB_KIND_NOTE)
        show (d, note, TB_SHOWN_FULL);
    }
}

/* ---- Notes ----------------------------------------------------------------------------------- */

static const TbElement *
placed_note (const TbModel *model, const TbElement *place)
{
  if (tb_element_kind (place) != TB_KIND_PLACE || !tb_element_is_set (place, TB_PROP_X))
    return NULL;
  const TbElement *of = tb_element_get_ref (model, place, TB_PROP_OF);
  return of != NULL && tb_element_kind (of) == TB_KIND_NOTE ? of : NULL;
}

static void
hide (TbViewFilter *filter, const TbElement *element)
{
  if (filter->hidden == NULL)
    filter->hidden = g_hash_table_new (NULL, NULL);
  g_hash_table_add (filter->hidden, GUINT_TO_POINTER (tb_element_uid (element)));
}

/* A note is a remark on the drawings it was put on. One that was put on none is on all. */
static void
hide_notes_of_others (TbViewFilter *filter, const TbModel *model, const TbElement *view)
{
  guint n_notes = tb_model_count (model, TB_KIND_NOTE), n = tb_model_count (model, TB_KIND_VIEW);
  if (n_notes == 0 || n < 2 || view == NULL)
    return;
  g_autoptr (GHashTable) here = g_hash_table_new (NULL, NULL);
  for (guint pass = 0; pass < 2; pass++)
    for (guint v = 0; v < n; v++)
      {
        const TbElement *other = tb_model_nth (model, TB_KIND_VIEW, v);
        if ((other == view) != (pass == 0))
          continue;
        for (guint i = 0; i < tb_element_n_children (other); i++)
          {
            const TbElement *note = placed_note (model, tb_element_child (other, i));
            if (note != NULL && pass == 0)
              g_hash_table_add (here, (gpointer) note);
            else if (note != NULL && !g_hash_table_contains (here, note))
              hide (filter, note);
          }
      }
}

/* ---- What stands in other views only ---------------------------------------------------------- */

gboolean
tb_view_shows_placed (const TbElement *view)
{
  return view != NULL && g_strcmp0 (tb_element_get (view, TB_PROP_SHOWS), "placed") == 0;
}

typedef struct
{
  const TbModel *model;
  GHashTable *here, *elsewhere; /* elements: with a place in the view; in another */
  GHashTable *filled;           /* groups with components, of any depth */
  GHashTable *absent;           /* uids */
} Placed;

/* Where a view shows all, a place without a corner says that something is hidden or folded there, not that it stands
 * there. */
static void
read_placed (Placed *p, const TbElement *view, gboolean here)
{
  gboolean any = tb_view_shows_placed (view);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      const TbElement *of = tb_element_kind (place) == TB_KIND_PLACE && (any || tb_element_is_set (place, TB_PROP_X))
                                ? tb_element_get_ref (p->model, place, TB_PROP_OF) : NULL;
      if (of != NULL)
        g_hash_table_add (here ? p->here : p->elsewhere, (gpointer) of);
    }
}

static void
leave_out (Placed *p, const TbElement *element)
{
  g_hash_table_add (p->absent, GUINT_TO_POINTER (tb_element_uid (element)));
}

/* A group that was placed nowhere is where something in it is; a circle of groups ends with the count. */
static void
keep_groups (Placed *p, const TbElement *group)
{
  for (guint steps = tb_model_count (p->model, TB_KIND_GROUP); group != NULL && steps > 0; steps--)
    {
      if (!g_hash_table_contains (p->elsewhere, group))
        g_hash_table_add (p->here, (gpointer) group);
      group = tb_element_get_ref (p->model, group, TB_PROP_PARENT);
    }
}

static gboolean
is_elsewhere (const Placed *p, const TbElement *element)
{
  return !g_hash_table_contains (p->here, element) && g_hash_table_contains (p->elsewhere, element);
}

static void
leave_out_notes (Placed *p)
{
  for (guint i = 0; i < tb_model_count (p->model, TB_KIND_NOTE); i++)
    if (is_elsewhere (p, tb_model_nth (p->model, TB_KIND_NOTE, i)))
      leave_out (p, tb_model_nth (p->model, TB_KIND_NOTE, i));
}

static void
leave_out_components (Placed *p)
{
  for (guint i = 0; i < tb_model_count (p->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (p->model, TB_KIND_COMPONENT, i);
      const TbElement *group = tb_element_get_ref (p->model, component, TB_PROP_GROUP);
      if (is_elsewhere (p, component))
        leave_out (p, component);
      else
        keep_groups (p, group);
      while (group != NULL && g_hash_table_add (p->filled, (gpointer) group))
        group = tb_element_get_ref (p->model, group, TB_PROP_PARENT);
    }
}

static void
leave_out_groups (Placed *p)
{
  guint n = tb_model_count (p->model, TB_KIND_GROUP);
  for (guint i = 0; i < n; i++)
    if (g_hash_table_contains (p->here, tb_model_nth (p->model, TB_KIND_GROUP, i)))
      keep_groups (p, tb_model_nth (p->model, TB_KIND_GROUP, i));
  for (guint i = 0; i < n; i++)
    {
      const TbElement *group = tb_model_nth (p->model, TB_KIND_GROUP, i);
      if (is_elsewhere (p, group) || (g_hash_table_contains (p->filled, group) && !g_hash_table_contains (p->here, group)))
        leave_out (p, group);
    }
}

/* What was placed in no view, by a text or a program, is in all. */
static void
leave_out_unplaced (TbViewFilter *filter, const TbModel *model, const TbElement *view)
{
  Placed p = { model, g_hash_table_new (NULL, NULL), g_hash_table_new (NULL, NULL), g_hash_table_new (NULL, NULL),
               g_hash_table_new (NULL, NULL) };
  for (guint v = 0; v < tb_model_count (model, TB_KIND_VIEW); v++)
    read_placed (&p, tb_model_nth (model, TB_KIND_VIEW, v), tb_model_nth (model, TB_KIND_VIEW, v) == view);
  leave_out_components (&p);
  leave_out_groups (&p);
  leave_out_notes (&p);
  filter->absent = g_steal_pointer (&p.absent);
  g_hash_table_unref (p.filled);
  g_hash_table_unref (p.here);
  g_hash_table_unref (p.elsewhere);
}

/* ---- The filter ------------------------------------------------------------------------------ */

static void
read_hidden (TbViewFilter *filter, const TbModel *model, const TbElement *view)
{
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      if (tb_element_kind (place) != TB_KIND_PLACE
          || !tb_element_get_boolean (place, TB_PROP_HIDDEN))
        continue;
      const TbElement *of = tb_element_get_ref (model, place, TB_PROP_OF);
      if (of != NULL)
        hide (filter, of);
    }
}

void
tb_view_filter_init (TbViewFilter *filter, const TbModel *model, const TbElement *view)
{
  *filter = (TbViewFilter){ .kind = tb_view_kind (view) };
  read_hidden (filter, model, view);
  if (tb_view_shows_placed (view))
    leave_out_unplaced (filter, model, view);
  hide_notes_of_others (filter, model, view);
  if (filter->kind != TB_VIEW_DRILL_DOWN)
    return;
  filter->of = tb_element_get_ref (model, view, TB_PROP_OF);
  if (filter->of == NULL)
    return;
  filter->shown = g_hash_table_new (NULL, NULL);
  Drill d = { model, filter->of, filter->shown };
  show_members (&d);
  show_neighbours (&d);
  show_notes (&d, view);
}

void
tb_view_filter_clear (TbViewFilter *filter)
{
  g_clear_pointer (&filter->hidden, g_hash_table_unref);
  g_clear_pointer (&filter->absent, g_hash_table_unref);
  g_clear_pointer (&filter->shown, g_hash_table_unref);
}

static gboolean
has (GHashTable *uids, const TbElement *element)
{
  return uids != NULL && g_hash_table_contains (uids, GUINT_TO_POINTER (tb_element_uid (element)));
}

gboolean
tb_view_filter_takes (const TbViewFilter *filter, const TbElement *element)
{
  return !has (filter->absent, element)
         && (filter->shown == NULL || tb_view_filter_get (filter, element) == TB_SHOWN_FULL);
}

TbShown
tb_view_filter_get (const TbViewFilter *filter, const TbElement *element)
{
  gpointer uid = GUINT_TO_POINTER (tb_element_uid (element));
  if (has (filter->hidden, element) || has (filter->absent, element))
    return TB_SHOWN_NO;
  if (filter->shown == NULL)
    return TB_SHOWN_FULL;
  return (TbShown) GPOINTER_TO_UINT (g_hash_table_lookup (filter->shown, uid));
}
