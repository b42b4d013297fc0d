/* tierboard-place: reads a graph in DOT, places it with Graphviz, writes where each node is.
 *
 * The only program that links Graphviz, which keeps global state, may take for ever and may crash:
 * whoever started this one kills it when it takes too long. Out: a line "NAME X Y" per node, the
 * middle in points, y down. */
#include <graphviz/gvc.h>
#include <stdio.h>
#include <string.h>

#include "read.h"

/* osage packs clusters in linear time: for what dot gives up on. */
static const char *const engines[] = { "dot", "osage" };

static void
write_places (Agraph_t *graph)
{
  for (Agnode_t *node = agfstnode (graph); node != NULL; node = agnxtnode (graph, node))
    printf ("%s %.2f %.2f\n", agnameof (node), ND_coord (node).x, -ND_coord (node).y);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--read") == 0)
    return tb_place_read ();
  if (argc > 1)
    {
      fprintf (stderr, "usage: %s [--read] < GRAPH.dot\n", argv[0]);
      return 2;
    }
  GVC_t *context = gvContext ();
  Agraph_t *graph = agread (stdin, NULL);
  if (graph == NULL)
    {
      fprintf (stderr, "%s: no graph on standard input\n", argv[0]);
      return 2;
    }
  int status = 3;
  for (size_t i = 0; status != 0 && i < sizeof engines / sizeof *engines; i++)
    if (gvLayout (context, graph, engines[i]) == 0)
      {
        write_places (graph);
        gvFreeLayout (context, graph);
        status = 0;
      }
  agclose (graph);
  gvFreeContext (context);
  return fflush (stdout) == 0 ? status : 3;
}
