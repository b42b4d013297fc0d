/* The document as the text of its file, beside the canvas: typing changes the drawing as soon as it
 * is valid, and what changes in the drawing changes the lines concerned.
 *
 *                     typed                    TYPED_MS, valid: tb_document_become()
 *      ┌──▶ in step ─────────▶ typed ──────────────────────────────────────────────┐
 *      │       ▲  ▲              ▲ │ TYPED_MS, not valid: say_wrong()                │
 *      │       │  │        typed │ ▼                                                 │
 *      │       │  └─"discard"── wrong (the drawing stays as it is, and says so) ◀──┐ │
 *      │       └───────────────────────────────────────────────────────────────────┼─┘
 *      └── the drawing changes: take_over(); while wrong, it is only said ──────────┘        */
#pragma once

#include "tb-edit.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_SOURCE_PANE (tb_source_pane_get_type ())
G_DECLARE_FINAL_TYPE (TbSourcePane, tb_source_pane, TB, SOURCE_PANE, GtkWidget)

GtkWidget *tb_source_pane_new (void);
void tb_source_pane_set_editor (TbSourcePane *pane, TbEditor *editor); /* NULL: none */

/* What its keys do, for the list of shortcuts. */
typedef struct
{
  const char *accel, *label, *action;
  guint key;
  GdkModifierType mods;
} TbSourceKey;
const TbSourceKey *tb_source_pane_keys (guint *n);

G_END_DECLS
