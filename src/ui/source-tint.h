/* Colours of XML in a text view: only of what is seen, so that a long text costs no more. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  TB_TINT_ELEMENT,
  TB_TINT_ATTRIBUTE,
  TB_TINT_VALUE,
  TB_TINT_COMMENT,
  TB_N_TINTS
} TbTint;

/* Calls back for each part of the text that has a colour, in order; from and to count bytes. What
 * is no XML is coloured as far as it goes. Pure. */
typedef void (*TbTintPart) (TbTint tint, gsize from, gsize to, gpointer data);
void tb_tint_xml (const char *text, TbTintPart part, gpointer data);

/* Tags of the buffer, for tb_source_tint() and for marking lines. */
void tb_source_tint_add_tags (GtkTextBuffer *buffer);
/* The theme changed. */
void tb_source_tint_update_tags (GtkTextBuffer *buffer);
/* Colours what the view shows now. */
void tb_source_tint_visible (GtkTextView *view);

#define TB_SOURCE_TAG_CURRENT "current"

G_END_DECLS
