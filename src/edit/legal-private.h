/* The rules of links, for many targets at once. */
#pragma once

#include "editor-private.h"
#include "tb-connect.h"

G_BEGIN_DECLS

/* What is known of a caller before its targets are looked at, so that ten thousand of them cost one
 * pass over the links. Strings are the model's: valid until the next edit. */
typedef struct
{
  const TbModel *model;
  const TbElement *from;
  GHashTable *calls;   /* char * id → number of links from `from` to it */
  GHashTable *callers; /* char * ids of what waits for `from` */
  GHashTable *fronts;  /* char * id → const TbElement *: a balancer or proxy in front of it */
} TbCaller;

/* FALSE where `from` is no component; tb_caller_end() is due in any case. */
gboolean tb_caller_begin (TbCaller *caller, TbEditor *editor, TbUid from);
void tb_caller_end (TbCaller *caller);
const char *tb_caller_refusal (const TbCaller *caller, const TbElement *to);
const char *tb_caller_caution (const TbCaller *caller, const TbElement *to);
/* Whether a built-in caller could speak to the first service of `to`. */
gboolean tb_protocol_fits (const TbElement *from, const TbElement *to);

/* link-targets.c: how likely a component of the first role calls one of the second, from 0 (just so)
 * to 3 (seldom). */
double tb_role_fit (TbRole from, TbRole to);

G_END_DECLS
