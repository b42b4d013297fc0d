/* tierboard-place --read: a graph in DOT as lines that a program without Graphviz can read.
 *
 *   G directed|undirected        the graph; its attributes follow
 *   S name                       a cluster begins; its attributes and members follow, then clusters in it
 *   M node                       it is in the cluster that is open
 *   }                            the cluster ends
 *   N name                       a node; its attributes follow
 *   E tail head                  an edge; its attributes follow
 *   A name value, H name value   an attribute; H: HTML
 *   D name                       an attribute that some node, edge or graph has and nobody here asks for
 *   ! sentence                   what is wrong with it
 *
 * Fields stand after a tab each; %, control characters and the tab itself are %XX. */
#include "read.h"

#include <graphviz/cgraph.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char *const wanted[] = { "label", "shape", "pos", "image", "URL", "href", "tooltip", "id", "style", "dir", NULL };

static int
is_wanted (const char *name)
{
  for (int i = 0; wanted[i] != NULL; i++)
    if (strcmp (wanted[i], name) == 0)
      return 1;
  return strncmp (name, "tb_", 3) == 0;
}

static void
put_field (const char *text)
{
  putchar ('\t');
  for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++)
    if (*p < 0x20 || *p == '%' || *p == 0x7f)
      printf ("%%%02X", *p);
    else
      putchar (*p);
}

static void
put_line (const char *kind, const char *a, const char *b)
{
  fputs (kind, stdout);
  if (a != NULL)
    put_field (a);
  if (b != NULL)
    put_field (b);
  putchar ('\n');
}

static void
put_attributes (Agraph_t *root, void *object, int kind)
{
  for (Agsym_t *sym = agnxtattr (root, kind, NULL); sym != NULL; sym = agnxtattr (root, kind, sym))
    {
      char *value = agxget (object, sym);
      if (value != NULL && *value != '\0' && is_wanted (sym->name))
        put_line (aghtmlstr (value) ? "H" : "A", sym->name, value);
    }
}

/* Subgraphs that are no clusters only rank: their clusters count as the next one's outside. */
static void
put_clusters (Agraph_t *root, Agraph_t *graph)
{
  for (Agraph_t *sub = agfstsubg (graph); sub != NULL; sub = agnxtsubg (sub))
    {
      const char *name = agnameof (sub) != NULL ? agnameof (sub) : "";
      int cluster = strncmp (name, "cluster", 7) == 0;
      if (cluster)
        {
          put_line ("S", name, NULL);
          put_attributes (root, sub, AGRAPH);
          for (Agnode_t *node = agfstnode (sub); node != NULL; node = agnxtnode (sub, node))
            put_line ("M", agnameof (node), NULL);
        }
      put_clusters (root, sub);
      if (cluster)
        put_line ("}", NULL, NULL);
    }
}

static void
put_unwanted (Agraph_t *graph)
{
  static const int kinds[] = { AGRAPH, AGNODE, AGEDGE };
  for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (Agsym_t *sym = agnxtattr (graph, kinds[k], NULL); sym != NULL; sym = agnxtattr (graph, kinds[k], sym))
      if (!is_wanted (sym->name))
        put_line ("D", sym->name, NULL);
}

static void
put_graph (Agraph_t *graph)
{
  put_line ("G", agisdirected (graph) ? "directed" : "undirected", NULL);
  put_attributes (graph, graph, AGRAPH);
  put_clusters (graph, graph);
  for (Agnode_t *node = agfstnode (graph); node != NULL; node = agnxtnode (graph, node))
    {
      put_line ("N", agnameof (node), NULL);
      put_attributes (graph, node, AGNODE);
    }
  for (Agnode_t *node = agfstnode (graph); node != NULL; node = agnxtnode (graph, node))
    for (Agedge_t *edge = agfstout (graph, node); edge != NULL; edge = agnxtout (graph, edge))
      {
        put_line ("E", agnameof (agtail (edge)), agnameof (aghead (edge)));
        put_attributes (graph, edge, AGEDGE);
      }
  put_unwanted (graph);
}

static int
put_error (char *message)
{
  put_line ("!", message, NULL);
  return 0;
}

/* Of the processor, so that a busy machine changes nothing: a graph of 10 000 nodes and 15 000 edges takes a sixth of one.
 * "{a b c …} -> {d e f …}" is short, and more edges than anybody has memory for. */
#define MOST_SECONDS 3

int
tb_place_read (void)
{
  setrlimit (RLIMIT_CPU, &(struct rlimit){ MOST_SECONDS, MOST_SECONDS });
  agseterrf (put_error);
  Agraph_t *graph = agread (stdin, NULL);
  if (graph == NULL)
    put_line ("!", "there is no graph in it", NULL);
  else
    put_graph (graph);
  return fflush (stdout) == 0 ? 0 : 3;
}
