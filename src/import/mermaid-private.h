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
  GHashTable *subgraphs; /* ids of all that the diagram has, also those to come */
  GHashTable *parents;   /* id of a subgraph to come → uid of the group that mentions it */
  GHashTable *gates;     /* id of a subgraph → uid of the component that arrows to it end at */
  GHashTable *nothing;   /* ids of nodes that are not drawn */
  gboolean linking;      /* the statement that is read has an arrow */
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

/* Tells that a statement is not read. */
void tb_mermaid_unread (TbMermaid *r, const char *statement);
gboolean tb_mermaid_is_fence (const char *line);

/* ---- Flowcharts ------------------------------------------------------------------------------ */

/* Learns what must be known before: which subgraphs there are. lines: from the head on. */
void tb_mermaid_flow_begin (TbMermaid *r, char **lines);
void tb_mermaid_flow_line (TbMermaid *r, const char *statement);
/* "a --> b & c". */
void tb_mermaid_chain (TbMermaid *r, const char *statement);
/* Of an id, or of what stands for one. */
gsize tb_mermaid_word_length (const char *p);
/* Behind a label and what closes it, NULL where that is not there. slanted: a / or \\ before it belongs to the shape. */
const char *tb_mermaid_read_label (const char *p, const char *close, gboolean slanted, char **label);
/* The component that arrows to a subgraph end at; 0 where the statement has no arrow. */
TbUid tb_mermaid_gate (TbMermaid *r, const char *id);
/* FALSE: the class is not called as a kind of component is. */
gboolean tb_mermaid_role (const char *class, TbRole *role);

/* ---- Architectures --------------------------------------------------------------------------- */

void tb_mermaid_architecture_begin (TbMermaid *m);
void tb_mermaid_architecture_line (TbMermaid *m, const char *line);
/* Links what was read, through junctions too, and frees what they need. */
void tb_mermaid_architecture_end (TbMermaid *m);
