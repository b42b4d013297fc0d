/* The ends a link may have, the likeliest first. */
#include "legal-private.h"

#include <math.h>
#include <string.h>

/* Distance that counts as much as one step of unlikeliness. */
#define STEP 400.0
#define OTHER_TIER 0.75
#define FOREIGN_PROTOCOL 1.0
#define DOUBTFUL 1.0

/* Who usually calls whom: 0 just so, 3 seldom. Order of columns: client, server, store, cache,
 * broker, balancer, proxy, mediator, external. */
static const double fits[TB_N_ROLES][TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = { 3, 0, 1.4, 1.6, 1, 0.1, 0.2, 0.8, 1.2 },
  [TB_ROLE_SERVER] = { 3, 0.5, 0, 0.1, 0.3, 0.6, 0.7, 0.8, 0.9 },
  [TB_ROLE_STORE] = { 3, 2.6, 0.5, 2.5, 0.4, 2.7, 2.7, 2.7, 2.7 },
  [TB_ROLE_CACHE] = { 3, 0.4, 0, 1, 2, 1, 0.8, 2, 1 },
  [TB_ROLE_BROKER] = { 3, 0, 1, 2, 0.6, 0.7, 0.9, 0.4, 0.8 },
  [TB_ROLE_BALANCER] = { 3, 0, 1, 1.4, 1.6, 0.8, 0.3, 0.6, 1.2 },
  [TB_ROLE_PROXY] = { 3, 0, 0.8, 0.6, 1, 0.2, 0.9, 0.7, 0.1 },
  [TB_ROLE_MEDIATOR] = { 3, 0, 0.5, 0.8, 0.3, 0.4, 0.6, 1, 0.5 },
  [TB_ROLE_EXTERNAL] = { 3, 0, 2, 2, 0.8, 0.1, 0.2, 0.5, 3 },
};

double
tb_role_fit (TbRole from, TbRole to)
{
  return fits[from][to];
}

static guint
tier_position (const TbModel *model, const TbElement *component)
{
  const char *id = tb_element_get (component, TB_PROP_TIER);
  for (guint i = 0; id != NULL && i < tb_model_count (model, TB_KIND_TIER); i++)
    if (strcmp (tb_element_id (tb_model_nth (model, TB_KIND_TIER, i)), id) == 0)
      return i;
  return G_MAXUINT;
}

/* The same tier or the one behind it. */
static gboolean
tiers_meet (guint from, guint to)
{
  return from == G_MAXUINT || to == G_MAXUINT || from == to || from + 1 == to;
}

static double
gap (const TbRect *a, const TbRect *b)
{
  double dx = MAX (0, MAX (b->x - (a->x + a->width), a->x - (b->x + b->width)));
  double dy = MAX (0, MAX (b->y - (a->y + a->height), a->y - (b->y + b->height)));
  return hypot (dx, dy);
}

static int
compare_targets (gconstpointer a, gconstpointer b)
{
  const TbLinkTarget *s = a, *t = b;
  if ((s->reason == NULL) != (t->reason == NULL))
    return s->reason == NULL ? -1 : 1;
  if (s->cost != t->cost)
    return s->cost < t->cost ? -1 : 1;
  return s->uid < t->uid ? -1 : s->uid > t->uid;
}

static TbLinkTarget
judge (const TbCaller *caller, guint from_tier, const TbRect *from_rect, const TbElement *to,
       const TbRect *to_rect)
{
  TbLinkTarget t = { .uid = tb_element_uid (to), .reason = tb_caller_refusal (caller, to) };
  t.cost = gap (from_rect, to_rect) / STEP;
  if (t.reason != NULL)
    return t;
  t.caution = tb_caller_caution (caller, to);
  t.cost += tb_role_fit (tb_component_role (caller->from), tb_component_role (to));
  t.cost += tiers_meet (from_tier, tier_position (caller->model, to)) ? 0 : OTHER_TIER;
  t.cost += tb_protocol_fits (caller->from, to) ? 0 : FOREIGN_PROTOCOL;
  t.cost += t.caution ? DOUBTFUL : 0;
  return t;
}

void
tb_editor_link_targets (TbEditor *editor, TbUid from, GArray *out)
{
  const TbModel *model = tb_editor_model (editor);
  TbRect from_rect, to_rect;
  TbCaller caller;

  if (tb_caller_begin (&caller, editor, from)
      && tb_editor_bounds (editor, from, NULL, &from_rect))
    {
      guint tier = tier_position (model, caller.from);
      for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
        {
          const TbElement *to = tb_model_nth (model, TB_KIND_COMPONENT, i);
          if (to == caller.from
              || !tb_editor_bounds (editor, tb_element_uid (to), NULL, &to_rect))
            continue;
          TbLinkTarget target = judge (&caller, tier, &from_rect, to, &to_rect);
          g_array_append_val (out, target);
        }
      g_array_sort (out, compare_targets);
    }
  tb_caller_end (&caller);
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

typedef struct
{
  const TbPaletteRow *row;
  double cost;
} Kind;

static int
compare_kinds (gconstpointer a, gconstpointer b)
{
  const Kind *s = a, *t = b;
  return s->cost < t->cost ? -1 : s->cost > t->cost;
}

void
tb_editor_link_kinds (TbEditor *editor, TbUid from, GPtrArray *out)
{
  const TbElement *caller = tb_editor_element (editor, from);
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (Kind));
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);

  if (caller == NULL || tb_element_kind (caller) != TB_KIND_COMPONENT)
    return;
  TbRole role = tb_component_role (caller);
  for (guint i = 0; i < n; i++)
    {
      gboolean outside = role == TB_ROLE_EXTERNAL && rows[i].role == TB_ROLE_EXTERNAL;
      Kind kind = { &rows[i], 0 };
      if (rows[i].kind != TB_KIND_COMPONENT || rows[i].template_name != NULL
          || rows[i].role == TB_ROLE_CLIENT || outside)
        continue;
      kind.cost = tb_role_fit (role, rows[i].role);
      g_array_append_val (kinds, kind);
    }
  g_array_sort (kinds, compare_kinds);
  for (guint i = 0; i < kinds->len; i++)
    g_ptr_array_add (out, (gpointer) g_array_index (kinds, Kind, i).row);
}
