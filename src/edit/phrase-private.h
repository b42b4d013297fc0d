/* What parsing and completing a phrase share. */
#pragma once

#include "editor-private.h"
#include "tb-phrase.h"

G_BEGIN_DECLS

typedef struct
{
  TbProp prop;
  TbKind of; /* the element that has it: the new one, or a part it is born with */
  char *value;
} TbSetting;

struct _TbPhrase
{
  TbEditor *editor;
  const TbPaletteRow *row; /* NULL: kind tells */
  TbKind kind;             /* TB_KIND_NONE: not said yet */
  char *name, *id;         /* NULL: none */
  guint count;             /* replicas */
  GArray *homes;           /* TbUid */
  TbUid parent;
  TbUid from, to;          /* of a link */
  GArray *settings;        /* TbSetting */
  char *problem;
};

/* The word that a text begins with, as a kind; 0 bytes where it is none. */
gsize tb_phrase_kind (const char *text, const TbPaletteRow **row, TbKind *kind);
/* The first property's spec that an element of the kind or what it is born with has. */
const TbPropSpec *tb_phrase_prop (TbKind kind, const char *name, TbKind *of);
/* Which element a new one of that kind goes into; 0 with problem in words (transfer full). */
TbUid tb_phrase_parent (TbEditor *editor, TbKind kind, char **problem);
/* The only element of some kinds that is called so, by id, name, or the beginning of a name. */
const TbElement *tb_phrase_find (const TbModel *model, guint64 kinds, const char *name);
/* Without case, accents and width. (transfer full) */
char *tb_phrase_fold (const char *text);

/* tb_fuzzy_score() of texts that are folded already. */
int tb_fuzzy_score_folded (const char *folded, const char *wanted);

G_END_DECLS
