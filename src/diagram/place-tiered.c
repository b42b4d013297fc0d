/* Our own placement: a grid where nothing is placed yet, else the new among the placed. */
#include "place-private.h"

void
tb_place_tiered (const TbModel *model, const char *view_id, gboolean only_new, GArray *out)
{
  TbPlaceGraph graph;
  tb_place_graph_init (&graph, model, view_id);
  g_autofree gboolean *was_placed = g_new0 (gboolean, graph.n + 1);
  gboolean any = FALSE;
  for (guint i = 0; i < graph.n; i++)
    {
      was_placed[i] = only_new && graph.nodes[i].placed;
      graph.nodes[i].placed = was_placed[i];
      any |= was_placed[i] && !graph.nodes[i].note;
    }
  if (!any)
    {
      tb_place_grid (&graph, FALSE);
      for (guint i = 0; i < graph.n_components; i++)
        graph.nodes[i].placed = TRUE;
    }
  tb_place_added (&graph);
  for (guint i = 0; i < graph.n; i++)
    if (!was_placed[i])
      {
        TbPlacement placement = { graph.nodes[i].uid, graph.nodes[i].rect };
        g_array_append_val (out, placement);
      }
  tb_place_graph_clear (&graph);
}
