/* What the formats of other drawing tools share: a tree of containers with components in it, then links. */
#pragma once

#include "lost.h"

/* Which containers a file nests: groups where a component is in one, else tiers, else layers; 0: none. */
TbKind tb_graph_container (const TbModel *model);
/* The property of a component that names its container (tb_graph_container()); TB_PROP_NONE: none. */
TbProp tb_graph_container_prop (TbKind container);

typedef struct
{
  /* depth: how many containers it is in. */
  void (*open) (GString *out, const TbElement *container, guint depth);
  void (*close) (GString *out, const TbElement *container, guint depth);
  void (*component) (GString *out, const TbModel *model, const TbElement *component, guint depth);
} TbGraphWriter;

/* Every container, also an empty one, and every component once, in file order. */
void tb_graph_write (GString *out, const TbModel *model, const TbGraphWriter *writer);
void tb_graph_indent (GString *out, guint depth);

/* An id as a word of letters, digits and _ that is none of reserved (NULL-terminated), told apart from any other:
 * - becomes _, and a reserved word, or one that ends in _ then, gets a _ behind it. (transfer full) */
char *tb_graph_word (const char *id, const char *const *reserved);
/* In double quotes, with a \ before quotes and backslashes; line ends become \n. (transfer full) */
char *tb_graph_quote (const char *text);
/* Tells what a file of components, links and containers does not hold: component and link are what it holds of those
 * (TB_PROP_NONE ends them) besides names and containers. */
void tb_graph_tell_lost (const TbModel *model, const TbExportOptions *options, const char *format, const TbProp *component,
                         const TbProp *link);
/* What a link says: its name, else what it carries; NULL: nothing. */
const char *tb_graph_label (const TbElement *link);
