/* What placing needs of the model: rows, blocks, who calls whom. */
#include "place-private.h"

#include <string.h>

typedef struct
{
  const TbModel *model;
  TbPlaceGraph *graph;
  GHashTable *by_uid;    /* component to node + 1 */
  GHashTable *container; /* layer, tier, group: number + 1 */
} Reader;

static guint
find (GHashTable *table, const TbElement *element)
{
  if (element == NULL)
    return G_MAXUINT;
  return GPOINTER_TO_UINT (g_hash_table_lookup (table,
                                                GUINT_TO_POINTER (tb_element_uid (element))))
         - 1;
}

static void
number_containers (Reader *r, TbKind kind)
{
  for (guint i = 0; i < tb_model_count (r->model, kind); i++)
    g_hash_table_insert (r->container,
                         GUINT_TO_POINTER (tb_element_uid (tb_model_nth (r->model, kind, i))),
                         GUINT_TO_POINTER (i + 1));
}

/* Frames are drawings, not things that stand somewhere; stubs come after all else. */
static gboolean
takes_part (const TbViewFilter *filter, const TbElement *element)
{
  if (tb_element_kind (element) == TB_KIND_NOTE
      && g_strcmp0 (tb_element_get (element, TB_PROP_SHAPE), "frame") == 0)
    return FALSE;
  return tb_view_filter_takes (filter, element);
}

static void
read_nodes (Reader *r, const TbViewFilter *filter)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_NOTE };
  TbPlaceGraph *g = r->graph;
  g->nodes = g_new0 (TbPlaceNode, tb_model_count (r->model, TB_KIND_COMPONENT)
                                      + tb_model_count (r->model, TB_KIND_NOTE) + 1);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (r->model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (r->model, kinds[k], i);
        if (!takes_part (filter, element))
          continue;
        TbPlaceNode *node = &g->nodes[g->n++];
        *node = (TbPlaceNode){ .uid = tb_element_uid (element),
                               .note = k == 1,
                               .rect = { 0, 0, TB_CARD_WIDTH, TB_CARD_HEIGHT } };
        if (node->note && tb_element_get (element, TB_PROP_TEXT))
          tb_note_size (tb_element_get (element, TB_PROP_TEXT), TB_CARD_WIDTH, NULL,
                        &node->rect.height);
        g_hash_table_insert (r->by_uid, GUINT_TO_POINTER (node->uid), GUINT_TO_POINTER (g->n));
        if (!node->note)
          g->n_components = g->n;
      }
}

/* Links, and what a note is about. */
static void
read_edges (Reader *r)
{
  TbPlaceGraph *g = r->graph;
  guint n_links = tb_model_count (r->model, TB_KIND_LINK);
  guint n = n_links + tb_model_count (r->model, TB_KIND_NOTE);
  g->edges = g_new0 (guint, 2 * n + 2);
  for (guint i = 0; i < n; i++)
    {
      gboolean link = i < n_links;
      const TbElement *element
          = link ? tb_model_nth (r->model, TB_KIND_LINK, i)
                 : tb_model_nth (r->model, TB_KIND_NOTE, i - n_links);
      guint from = link ? find (r->by_uid, tb_element_get_ref (r->model, element, TB_PROP_FROM))
                        : find (r->by_uid, element);
      guint to = find (r->by_uid, tb_element_get_ref (r->model, element,
                                                      link ? TB_PROP_TO : TB_PROP_OF));
      if (from >= g->n || to >= g->n || from == to)
        continue;
      g->edges[2 * g->n_edges] = from;
      g->edges[2 * g->n_edges++ + 1] = to;
    }
}

/* The group it is in, or that one is in, up to the outermost: those must not overlap. */
static const TbElement *
outermost_group (const TbModel *model, const TbElement *element)
{
  const TbElement *group = tb_element_kind (element) == TB_KIND_GROUP
                               ? element : tb_element_get_ref (model, element, TB_PROP_GROUP);
  for (guint i = 0; group != NULL && i < tb_model_count (model, TB_KIND_GROUP); i++)
    {
      const TbElement *outer = tb_element_get_ref (model, group, TB_PROP_PARENT);
      if (outer == NULL)
        break;
      group = outer;
    }
  return group;
}

/* A place that a container has by itself counts for its block: under groups the outermost. */
static void
read_kept (Reader *r, const TbElement *place)
{
  TbPlaceGraph *g = r->graph;
  const TbElement *of = tb_element_get_ref (r->model, place, TB_PROP_OF);
  TbKind kind = of ? tb_element_kind (of) : TB_KIND_NONE;
  gboolean tier = kind == TB_KIND_TIER && (g->frame & TB_FRAME_TIERS);
  gboolean group = kind == TB_KIND_GROUP && (g->frame & TB_FRAME_GROUPS)
                   && !(g->frame & TB_FRAME_TIERS);
  if ((!tier && !group) || !tb_element_is_set (place, TB_PROP_WIDTH)
      || !tb_element_is_set (place, TB_PROP_HEIGHT))
    return;
  guint block = find (r->container, group ? outermost_group (r->model, of) : of);
  TbRect rect = { tb_element_get_number (place, TB_PROP_X), tb_element_get_number (place, TB_PROP_Y),
                  tb_element_get_number (place, TB_PROP_WIDTH),
                  tb_element_get_number (place, TB_PROP_HEIGHT) };
  if (block < g->n_named)
    tb_rect_union (&g->kept[block], &rect, &g->kept[block]);
}

static void
read_placed (Reader *r, const TbElement *view)
{
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      if (tb_element_kind (place) != TB_KIND_PLACE || !tb_element_is_set (place, TB_PROP_X)
          || !tb_element_is_set (place, TB_PROP_Y))
        continue;
      guint at = find (r->by_uid, tb_element_get_ref (r->model, place, TB_PROP_OF));
      read_kept (r, place);
      if (at == G_MAXUINT)
        continue;
      TbPlaceNode *node = &r->graph->nodes[at];
      node->placed = TRUE;
      node->rect.x = tb_element_get_number (place, TB_PROP_X);
      node->rect.y = tb_element_get_number (place, TB_PROP_Y);
      tb_place_size (place, node->note ? TB_KIND_NOTE : TB_KIND_COMPONENT, &node->rect);
    }
}

typedef struct
{
  guint *start, *targets; /* of node i: targets[start[i]] to before start[i + 1] */
  guint *calls_in;        /* from what has not been looked at */
  guint *queue, *reached; /* in order; reached: by a call, perhaps of a circle that is to be cut there */
  guint tail, n_reached;
  guint8 *queued;
} Ranking;

/* A note is about something and calls nothing. */
static gboolean
is_call (const TbPlaceGraph *g, guint e)
{
  return g->edges[2 * e] < g->n_components;
}

static void
ranking_init (Ranking *r, const TbPlaceGraph *g)
{
  *r = (Ranking){ .start = g_new0 (guint, g->n + 2), .targets = g_new0 (guint, g->n_edges + 1),
                  .calls_in = g_new0 (guint, g->n + 1), .queue = g_new0 (guint, g->n + 1),
                  .reached = g_new0 (guint, g->n + 1), .queued = g_new0 (guint8, g->n + 1) };
  for (guint e = 0; e < g->n_edges; e++)
    r->start[g->edges[2 * e] + 1] += is_call (g, e);
  for (guint i = 1; i <= g->n; i++)
    r->start[i] += r->start[i - 1];
  g_autofree guint *fill = g_memdup2 (r->start, (g->n + 2) * sizeof *r->start);
  for (guint e = 0; e < g->n_edges; e++)
    if (is_call (g, e))
      {
        r->targets[fill[g->edges[2 * e]]++] = g->edges[2 * e + 1];
        r->calls_in[g->edges[2 * e + 1]]++;
      }
}

static void
ranking_clear (Ranking *r)
{
  g_free (r->start);
  g_free (r->targets);
  g_free (r->calls_in);
  g_free (r->queue);
  g_free (r->reached);
  g_free (r->queued);
}

static void
enqueue (Ranking *r, guint i)
{
  r->queue[r->tail++] = i;
  r->queued[i] = 1;
}

/* All that is left hangs in circles: one is cut where calls from outside come in, else at its first. */
static void
cut_circle (Ranking *r, guint n, guint *next_reached, guint *next)
{
  while (*next_reached < r->n_reached && r->queued[r->reached[*next_reached]])
    ++*next_reached;
  if (*next_reached < r->n_reached)
    {
      enqueue (r, r->reached[*next_reached]);
      return;
    }
  while (*next < n && r->queued[*next])
    ++*next;
  if (*next < n)
    enqueue (r, *next);
}

/* Longest way from what nobody calls; what hangs in a circle comes after what leads to it. */
guint *
tb_place_ranks (const TbPlaceGraph *g)
{
  guint *rank = g_new0 (guint, g->n + 1);
  guint next_reached = 0, next = 0;
  Ranking r;
  ranking_init (&r, g);
  for (guint i = 0; i < g->n; i++)
    if (r.calls_in[i] == 0)
      enqueue (&r, i);
  for (guint head = 0; head < g->n; head++)
    {
      if (head == r.tail)
        cut_circle (&r, g->n, &next_reached, &next);
      guint i = r.queue[head];
      for (guint k = r.start[i]; k < r.start[i + 1]; k++)
        {
          guint to = r.targets[k];
          if (r.queued[to])
            continue;
          if (rank[to] == 0)
            r.reached[r.n_reached++] = to;
          rank[to] = MAX (rank[to], rank[i] + 1);
          if (--r.calls_in[to] == 0)
            enqueue (&r, to);
        }
    }
  ranking_clear (&r);
  return rank;
}

static const TbElement *
first_layer (const TbModel *model, const TbElement *element)
{
  const char *refs = tb_element_get (element, TB_PROP_LAYER);
  g_auto (GStrv) ids = g_strsplit (refs ? refs : "", " ", 2);
  const TbElement *layer = ids[0] ? tb_model_lookup (model, ids[0]) : NULL;
  return layer && tb_element_kind (layer) == TB_KIND_LAYER ? layer : NULL;
}

/* Under layers a row is a layer; else under tiers it is a tier; else it is the rank. What has none
 * comes below. A block is a tier, or a group; what is in none makes one block a row. */
static void
set_rows (Reader *r)
{
  TbPlaceGraph *g = r->graph;
  guint layers = tb_model_count (r->model, TB_KIND_LAYER);
  guint tiers = tb_model_count (r->model, TB_KIND_TIER);
  gboolean by_layer = (g->frame & TB_FRAME_LAYERS) && layers > 0;
  gboolean by_tier = !by_layer && (g->frame & TB_FRAME_TIERS) && tiers > 0;
  guint blocks = g->frame & TB_FRAME_TIERS ? tiers : g->frame & TB_FRAME_GROUPS
                     ? tb_model_count (r->model, TB_KIND_GROUP) : 0;
  g_autofree guint *rank = tb_place_ranks (g);
  g->banded = by_layer;
  g->framed = by_layer || by_tier;
  g->n_named = blocks;
  for (guint i = 0; i < g->n; i++)
    {
      TbPlaceNode *node = &g->nodes[i];
      const TbElement *element = tb_model_get (r->model, node->uid);
      guint tier = find (r->container, tb_element_get_ref (r->model, element, TB_PROP_TIER));
      guint group = find (r->container, outermost_group (r->model, element));
      guint layer = node->note ? G_MAXUINT
                               : find (r->container, first_layer (r->model, element));
      guint block = g->frame & TB_FRAME_TIERS ? tier : g->frame & TB_FRAME_GROUPS ? group
                                                                                  : G_MAXUINT;
      node->row = by_layer ? MIN (layer, layers) : by_tier ? MIN (tier, tiers) : rank[i];
      node->block = block < blocks ? block : blocks + node->row;
      g->n_rows = MAX (g->n_rows, node->row + 1);
      g->n_blocks = MAX (g->n_blocks, node->block + 1);
    }
  g->n_blocks = MAX (g->n_blocks, g->n_named);
}

void
tb_place_graph_init (TbPlaceGraph *graph, const TbModel *model, const char *view_id)
{
  const TbElement *view = tb_scene_find_view (model, view_id);
  *graph = (TbPlaceGraph){ .step_x = TB_STEP_X,
                           .step_y = TB_STEP_Y,
                           .subrow_y = TB_SUBROW_Y,
                           .frame = tb_frame_from_name (
                               view ? tb_element_get (view, TB_PROP_FRAME) : NULL) };
  Reader r = { model, graph, g_hash_table_new (NULL, NULL), g_hash_table_new (NULL, NULL) };
  number_containers (&r, TB_KIND_LAYER);
  number_containers (&r, TB_KIND_TIER);
  number_containers (&r, TB_KIND_GROUP);
  TbViewFilter filter;
  tb_view_filter_init (&filter, model, view);
  read_nodes (&r, &filter);
  tb_view_filter_clear (&filter);
  read_edges (&r);
  set_rows (&r);
  graph->kept = g_new0 (TbRect, graph->n_named + 1);
  read_placed (&r, view);
  g_hash_table_unref (r.by_uid);
  g_hash_table_unref (r.container);
}

void
tb_place_graph_clear (TbPlaceGraph *graph)
{
  g_free (graph->nodes);
  g_free (graph->edges);
  g_free (graph->kept);
}
