/* What the readers of Mermaid's kinds of diagrams share. */
#pragma once

#include "import-build.h"

/* Containers in each other that are still told apart. */
#define TB_MERMAID_DEEPEST 60

typedef struct
{
  TbImportBuild *build;
  GPtrArray *open;    /* uids of open subgraphs */
  GHashTable *levels; /* id of a subgraph → kind (tier, layer) that a class statement gives it; owned keys */
  GArray *edges;      /* of architecture-beta (mermaid-architecture.c) */
  GHashTable *junctions; /* of it: id → line */
  gboolean told_direction; /* of it: that its arrows have no head */
  guint line;
} TbMermaid;

const char *tb_mermaid_skip_blank (const char *p);
/* Whether a line begins with that word, and not only with its letters. */
gboolean tb_mermaid_begins (const char *p, const char *word);
/* #34; and #quot; are characters, tags are blanks, quotes around it go. (transfer full) */
char *tb_mermaid_decode (const char *label, gsize n);
/* The id that a word stands for: ours went out with _ for -. (transfer full) */
char *tb_mermaid_id (const char *word);

/* One statement of an architecture-beta diagram; */
void tb_mermaid_architecture_begin (TbMermaid *m);
void tb_mermaid_architecture_line (TbMermaid *m, const char *line);
/* Links what was read, through junctions too, and frees what they need. */
void tb_mermaid_architecture_end (TbMermaid *m);
