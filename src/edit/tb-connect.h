/* Connecting: which links may be drawn and how likely each is, new components on a link, clones
 * that are linked at birth. Every function that changes the drawing is one undo step. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

/* A component as the end of a link. Words are static: a reason stays the same over versions. */
typedef struct
{
  TbUid uid;
  const char *reason;  /* why no link may go there; NULL where one may */
  const char *caution; /* it may, and a reviewer would ask; NULL where nobody would */
  double cost;         /* the lower the likelier: near, fitting kind, tier and protocol */
} TbLinkTarget;

/* Appends a TbLinkTarget for every component the view shows but `from`: those that may be linked
 * from it first, the likeliest of them first. Nothing where `from` is no component. */
void tb_editor_link_targets (TbEditor *editor, TbUid from, GArray *out);
/* NULL where a link may be drawn; otherwise why not. */
const char *tb_editor_link_refusal (TbEditor *editor, TbUid from, TbUid to);
/* What a reviewer would ask of a link that may be drawn; NULL where nothing. */
const char *tb_editor_link_caution (TbEditor *editor, TbUid from, TbUid to);
/* While a link is dragged: whether that component cannot be its end, so that it is shown dimmed. */
gboolean tb_editor_link_dimmed (TbEditor *editor, TbUid uid);

/* Appends the palette rows (const TbPaletteRow *) of what `from` may call, the likeliest first. */
void tb_editor_link_kinds (TbEditor *editor, TbUid from, GPtrArray *out);
/* A new component that `from` calls, on that side of it where there is room; selected. row NULL:
 * the likeliest. Returns its uid, 0 where nothing can be called from there (said as a message). */
TbUid tb_editor_connect_new (TbEditor *editor, TbUid from, const TbPaletteRow *row, TbSide side);
/* The same with its middle near (x, y). */
TbUid tb_editor_connect_new_at (TbEditor *editor, TbUid from, const TbPaletteRow *row, double x,
                                double y);
/* A copy of a component on that side of it, linked with it; where that link is not legal, linked as
 * the original is to what it calls. Returns its uid, 0 where uid is no component of the view. */
TbUid tb_editor_clone_connect (TbEditor *editor, TbUid uid, TbSide side);

/* Signal of TbEditor: "link-dropped" (guint from, double x, double y): a link was let go over empty
 * canvas; offer tb_editor_link_kinds() there. */

G_END_DECLS
