/* Copies within a document, by which duplicating and cloning are done. Inside a transaction. */
#pragma once

#include "editor-private.h"

G_BEGIN_DECLS

typedef struct
{
  TbEditor *editor;
  GHashTable *ids; /* char *: id before → id of the copy */
} TbCopies;

void tb_copies_begin (TbCopies *copies, TbEditor *editor);
void tb_copies_end (TbCopies *copies);
/* A component, note or link with a fresh id and name, without its children. */
TbUid tb_copies_top (TbCopies *copies, TbUid from);
/* What is in it; last, since it may name what was copied before. */
void tb_copies_children (TbCopies *copies, const TbElement *from, TbUid to);

G_END_DECLS
