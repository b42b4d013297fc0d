/* The edits that pattern actions are made of. All inside a transaction. */
#pragma once

#include "editor-private.h"

G_BEGIN_DECLS

/* ---- What is asked before -------------------------------------------------------------------- */

/* The links a pattern is about: the selected ones, or those that lead to the one selected component.
 * Appends TbUid. */
void tb_pattern_links (TbEditor *editor, GArray *links);
const TbElement *tb_link_end (TbEditor *editor, TbUid link, TbProp end);
/* Why a built-in part could not stand between the ends of these links; NULL where it could. */
const char *tb_pattern_unspeakable (TbEditor *editor, const GArray *links);
gboolean tb_link_is_async (const TbElement *link);

/* ---- Links ----------------------------------------------------------------------------------- */

/* A new link that calls, waits and carries like another one. */
TbUid tb_rewire_add_link (TbEditor *editor, TbUid from, TbUid to, TbUid like);
/* Leads to another component's first service from now on; bends a person gave it are dropped. */
void tb_rewire_retarget (TbEditor *editor, TbUid link, TbUid to);
/* All that names a link names another one instead: calls, steps, scenarios. */
void tb_rewire_rename (TbEditor *editor, TbUid link, TbUid instead);
/* Interactions go on: after each step over `link`, one over `next`. */
void tb_rewire_add_hop (TbEditor *editor, TbUid link, TbUid next);
void tb_rewire_set (TbEditor *editor, TbUid uid, TbProp prop, const char *text); /* where it differs */

/* ---- Bodies ---------------------------------------------------------------------------------- */

/* What a part between is to call: gathered from the bodies of those who called before. */
typedef struct
{
  TbUid link;
  char *op, *method, *path, *body; /* NULL: not said */
  double weight;
} TbRewireCall;

GArray *tb_rewire_calls_new (void); /* of TbRewireCall */
/* Adds what the caller of `link` does over it, to be done over `next`. */
void tb_rewire_gather_calls (TbEditor *editor, TbUid link, TbUid next, GArray *calls);
/* Writes them into a component's built-in body, with shares that add up to one. */
void tb_rewire_write_calls (TbEditor *editor, TbUid component, const GArray *calls);
/* The caller speaks HTTP over it from now on: a RESP command is no method any more. */
void tb_rewire_forget_methods (TbEditor *editor, TbUid link);

G_END_DECLS
