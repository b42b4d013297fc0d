/* Which line stands for which instance.
 *
 * Invariant 1: every instance that is known, and the outside once somebody called from there, is on
 * exactly one line or hidden.
 * Invariant 2: instances of a component stand next to each other. */
#include "tb-spacetime.h"

#include <string.h>

#include "tb-base.h"

/* The outside is an instance like the others here, behind the last. */
typedef struct
{
  const char *id, *component; /* interned; component: "" of the outside */
  TbRole role;
  guint depth; /* calls from where nobody calls */
  gboolean hidden, called, known;
} Place;

struct _TbSpacetimeRows
{
  GArray *places; /* of Place: instance i, then the outside */
  GArray *rows;   /* of TbSpacetimeRow */
  GArray *row_of; /* of guint: of each place */
  GHashTable *collapsed; /* interned component */
  guint n_taps;   /* seen */
};

static void
clear_row (gpointer row)
{
  g_free (((TbSpacetimeRow *) row)->name);
}

TbSpacetimeRows *
tb_spacetime_rows_new (void)
{
  TbSpacetimeRows *rows = g_new0 (TbSpacetimeRows, 1);
  rows->places = g_array_new (FALSE, TRUE, sizeof (Place));
  rows->rows = g_array_new (FALSE, TRUE, sizeof (TbSpacetimeRow));
  g_array_set_clear_func (rows->rows, clear_row);
  rows->row_of = g_array_new (FALSE, TRUE, sizeof (guint));
  rows->collapsed = g_hash_table_new (NULL, NULL);
  return rows;
}

void
tb_spacetime_rows_free (TbSpacetimeRows *rows)
{
  if (rows == NULL)
    return;
  g_array_unref (rows->places);
  g_array_unref (rows->rows);
  g_array_unref (rows->row_of);
  g_hash_table_unref (rows->collapsed);
  g_free (rows);
}

static Place *
place_at (const TbSpacetimeRows *rows, guint i)
{
  return &g_array_index (rows->places, Place, i);
}

static guint
outside_of (const TbSpacetimeRows *rows)
{
  return rows->places->len - 1;
}

/* ---- Order ----------------------------------------------------------------------------------- */

static const char *
component_at (const TbSpacetimeRows *rows, guint instance)
{
  return place_at (rows, instance < outside_of (rows) ? instance : outside_of (rows))->component;
}

/* One step more than the deepest caller, but for calls in a circle: those end after as many rounds as
 * there are components. Calls among replicas say nothing of what is above what. */
static void
find_depths (TbSpacetimeRows *rows, const TbSpacetimeSource *source)
{
  guint n = rows->places->len, n_taps = source->n_taps (source->data);
  gboolean deeper = TRUE;
  for (guint round = 0; deeper && round < MIN (n, 32); round++)
    {
      deeper = FALSE;
      for (guint row = 0; row < n_taps; row++)
        {
          const TbPastTap *tap = source->tap (source->data, row);
          if (tap == NULL || component_at (rows, tap->from) == component_at (rows, tap->to))
            continue;
          Place *from = place_at (rows, MIN (tap->from, n - 1)),
                *to = place_at (rows, MIN (tap->to, n - 1));
          to->called = TRUE;
          if (from->depth + 1 <= to->depth || from->depth >= round + 1)
            continue;
          to->depth = from->depth + 1;
          deeper = TRUE;
        }
    }
}

/* All instances of a component are as deep as the deepest of them. */
static void
level_components (TbSpacetimeRows *rows)
{
  for (guint i = 0; i < rows->places->len; i++)
    for (guint j = 0; j < rows->places->len; j++)
      if (place_at (rows, j)->component == place_at (rows, i)->component
          && place_at (rows, j)->depth > place_at (rows, i)->depth)
        place_at (rows, i)->depth = place_at (rows, j)->depth;
}

static guint
first_of (const TbSpacetimeRows *rows, const char *component)
{
  guint i = 0;
  while (place_at (rows, i)->component != component)
    i++;
  return i;
}

static int
compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  const TbSpacetimeRows *rows = data;
  guint i = *(const guint *) a, j = *(const guint *) b;
  const Place *p = place_at (rows, i), *q = place_at (rows, j);
  if (p->depth != q->depth)
    return p->depth < q->depth ? -1 : 1;
  guint p_first = first_of (rows, p->component), q_first = first_of (rows, q->component);
  if (p_first != q_first)
    return p_first < q_first ? -1 : 1;
  return i < j ? -1 : i > j;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static char *
name_of (const char *id)
{
  return g_strdelimit (g_strdup (id), "/", '-');
}

static void
add_to_row (TbSpacetimeRows *rows, guint i)
{
  const Place *place = place_at (rows, i);
  gboolean collapsed = g_hash_table_contains (rows->collapsed, place->component);
  TbSpacetimeRow *last = rows->rows->len > 0
                             ? &g_array_index (rows->rows, TbSpacetimeRow, rows->rows->len - 1)
                             : NULL;
  if (collapsed && last != NULL && last->component == place->component)
    {
      g_free (last->name);
      last->n++;
      last->name = g_strdup_printf ("%s ×%u", place->component, last->n);
    }
  else
    {
      TbSpacetimeRow row = { .name = name_of (place->id), .component = place->component,
                             .instance = i == outside_of (rows) ? G_MAXUINT : i, .n = 1,
                             .role = place->role, .caller = !place->called };
      g_array_append_val (rows->rows, row);
    }
  g_array_index (rows->row_of, guint, i) = rows->rows->len - 1;
}

static void
arrange (TbSpacetimeRows *rows)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_set_size (rows->rows, 0);
  g_array_set_size (rows->row_of, rows->places->len);
  for (guint i = 0; i < rows->places->len; i++)
    {
      g_array_index (rows->row_of, guint, i) = G_MAXUINT;
      if (place_at (rows, i)->known && !place_at (rows, i)->hidden)
        g_array_append_val (order, i);
    }
  g_array_sort_with_data (order, compare_places, rows);
  for (guint i = 0; i < order->len; i++)
    add_to_row (rows, g_array_index (order, guint, i));
}

static TbRole
role_of (const TbModel *model, const char *component)
{
  const TbElement *element = model != NULL ? tb_model_lookup (model, component) : NULL;
  return element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT
             ? tb_component_role (element) : TB_ROLE_SERVER;
}

gboolean
tb_spacetime_rows_update (TbSpacetimeRows *rows, const TbSpacetimeSource *source,
                          const TbModel *model)
{
  guint n = source->n_instances (source->data), n_taps = source->n_taps (source->data);
  guint before = rows->places->len;
  if (before == n + 1 && rows->n_taps == n_taps)
    return FALSE;
  Place outside = before > 0 ? *place_at (rows, before - 1) : (Place){ .id = "outside", .component = "" };
  outside.role = TB_ROLE_EXTERNAL;
  g_array_set_size (rows->places, n + 1);
  for (guint i = before > 0 ? before - 1 : 0; i < n; i++)
    {
      const TbPastInstance *instance = source->instance (source->data, i);
      *place_at (rows, i) = (Place){ .id = g_intern_string (instance->id), .known = TRUE,
                                     .component = g_intern_string (instance->component),
                                     .role = role_of (model, instance->component) };
      place_at (rows, i)->known = !tb_plan_is_probe (instance->component);
    }
  *place_at (rows, n) = outside;
  for (guint row = 0; row < n_taps; row++)
    {
      const TbPastTap *tap = source->tap (source->data, row);
      place_at (rows, n)->known |= tap != NULL && (tap->from >= n || tap->to >= n);
    }
  rows->n_taps = n_taps;
  find_depths (rows, source);
  level_components (rows);
  arrange (rows);
  return TRUE;
}

/* ---- Asked ----------------------------------------------------------------------------------- */

guint
tb_spacetime_n_rows (const TbSpacetimeRows *rows)
{
  return rows->rows->len;
}

const TbSpacetimeRow *
tb_spacetime_row (const TbSpacetimeRows *rows, guint i)
{
  return &g_array_index (rows->rows, TbSpacetimeRow, i);
}

guint
tb_spacetime_row_of (const TbSpacetimeRows *rows, guint instance)
{
  if (rows->places->len == 0)
    return G_MAXUINT;
  return g_array_index (rows->row_of, guint, MIN (instance, outside_of (rows)));
}

void
tb_spacetime_collapse (TbSpacetimeRows *rows, const char *component, gboolean collapse)
{
  gpointer name = (gpointer) g_intern_string (component);
  if (collapse)
    g_hash_table_add (rows->collapsed, name);
  else
    g_hash_table_remove (rows->collapsed, name);
  arrange (rows);
}

gboolean
tb_spacetime_is_collapsed (const TbSpacetimeRows *rows, const char *component)
{
  return g_hash_table_contains (rows->collapsed, g_intern_string (component));
}

guint
tb_spacetime_replicas (const TbSpacetimeRows *rows, const char *component)
{
  guint n = 0;
  for (guint i = 0; i < rows->places->len; i++)
    n += place_at (rows, i)->known && strcmp (place_at (rows, i)->component, component) == 0;
  return n;
}

void
tb_spacetime_hide (TbSpacetimeRows *rows, guint row)
{
  for (guint i = 0; i < rows->places->len; i++)
    if (g_array_index (rows->row_of, guint, i) == row)
      place_at (rows, i)->hidden = TRUE;
  arrange (rows);
}

void
tb_spacetime_show_all (TbSpacetimeRows *rows)
{
  for (guint i = 0; i < rows->places->len; i++)
    place_at (rows, i)->hidden = FALSE;
  arrange (rows);
}

guint
tb_spacetime_n_hidden (const TbSpacetimeRows *rows)
{
  guint n = 0;
  for (guint i = 0; i < rows->places->len; i++)
    n += place_at (rows, i)->known && place_at (rows, i)->hidden;
  return n;
}
