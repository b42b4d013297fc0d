/* One paste: what paste.c decides, paste-place.c puts in its place. */
#pragma once

#include "clip-private.h"

G_BEGIN_DECLS

typedef struct
{
  TbUid uid;
  const TbElement *from; /* in the fragment */
} TbPasted;

typedef struct
{
  TbEditor *editor;
  const TbModel *model; /* the fragment */
  const TbPasteOptions *options;
  GHashTable *ids;     /* char * id there → char * id here */
  GHashTable *new_ids; /* char * ids here that were not before */
  GHashTable *places;  /* const char * id there → its <place>; NULL: all of it was selected */
  GArray *made;        /* TbPasted, new elements at the top */
  GArray *shown;       /* TbUid, elements the document had and this view now shows */
} TbPaste;

/* Inside the paste's transaction. */
void tb_paste_place (TbPaste *paste);
/* After it: selects what came, says what was only shown. */
void tb_paste_select (TbPaste *paste);
/* Foreign text as a note. */
gboolean tb_paste_text (TbEditor *editor, const char *text, gsize size,
                        const TbPasteOptions *options, GError **error);

G_END_DECLS
