/* Names that no element of a kind has yet. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct
{
  GHashTable *taken; /* char * */
  GHashTable *next;  /* char * base → the number to try next */
} TbFresh;

void tb_fresh_begin (TbFresh *fresh, const TbModel *model, TbKind kind);
void tb_fresh_end (TbFresh *fresh);
/* The name itself where it is free, else "Shop 2", "Shop 3" …; it is taken from now on.
 * (transfer full) */
char *tb_fresh_name (TbFresh *fresh, const char *name);

G_END_DECLS
