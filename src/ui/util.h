/* Small things every part of the window uses. */
#pragma once

#include <adwaita.h>

#include "tb-diagram.h"
#include "tb-wire.h"

G_BEGIN_DECLS

/* The painters' theme that belongs to what libadwaita shows now. */
TbThemeId tb_ui_theme (void);

/* What a screen reader says of a widget that has no text of its own. */
void tb_ui_name (GtkWidget *widget, const char *name);
/* A flat button with an icon only; name is its tooltip and its accessible name. action may be
 * NULL. */
GtkWidget *tb_ui_icon_button (const char *icon, const char *name, const char *action);
/* text may be NULL; css_class may be NULL; begins at the start edge and ellipsises. */
GtkWidget *tb_ui_label (const char *text, const char *css_class);
/* The same, and goes on in the next line where there is no room. */
GtkWidget *tb_ui_paragraph (const char *text, const char *css_class);
/* A heading over a part of a side panel. */
GtkWidget *tb_ui_heading (const char *text);
void tb_ui_clear_box (GtkWidget *box);
/* Sets a label's text only where it differs: a label set anew is laid out anew. */
void tb_ui_set_text (GtkWidget *label, const char *text);
/* The same; without a text (NULL or "") it is not there. */
void tb_ui_set_or_hide (GtkWidget *label, const char *text);
/* The tooltip of a widget (text may be NULL: none) that may say something else at any moment. GTK's own
 * setter makes every tooltip of the screen wait anew each time, so that none would appear during a run. */
void tb_ui_set_tooltip (GtkWidget *widget, const char *text);
/* Sets a button's icon only where it is another one. */
void tb_ui_set_icon (GtkWidget *button, const char *icon);
/* For tiles of one size side by side, four at most. (transfer floating) */
GtkWidget *tb_ui_tile_flow (void);
/* Selects the row at that index of a list box, if there is one, and scrolls to it. */
void tb_ui_select_row (GtkWidget *list, GtkWidget *scrolled, int at);
/* A scrolled window that scrolls down only. (transfer floating) */
GtkWidget *tb_ui_scrolled (GtkWidget *child);
/* The content of a dialog that is filled in: box with the margins of one, scrolled; grid, somewhere in it, holds
 * its fields. (transfer floating) */
GtkWidget *tb_ui_form_page (GtkWidget *box, GtkWidget *grid);
/* That size, but no wider than the window that it belongs to. */
void tb_ui_size_dialog (GtkWidget *dialog, GtkWindow *parent, int width, int height);
/* As every dialog does. */
void tb_ui_close_on_escape (GtkWidget *window);
/* Whether motion is wanted: the desktop's setting. */
gboolean tb_ui_animations (GtkWidget *widget);

/* ---- Glyphs: what the painters draw, as a small widget --------------------------------------- */

#define TB_TYPE_GLYPH (tb_glyph_get_type ())
G_DECLARE_FINAL_TYPE (TbGlyph, tb_glyph, TB, GLYPH, GtkWidget)

/* A component kind's icon in its colour; size in pixels. */
GtkWidget *tb_glyph_new_role (TbRole role, int size);
/* A dot in a kind's colour: rows of real programs. */
GtkWidget *tb_glyph_new_dot (TbRole role, int size);
/* The state of an instance: a shape as well as a colour. */
GtkWidget *tb_glyph_new_state (TbInstanceState state, int size);
void tb_glyph_set_state (TbGlyph *glyph, TbInstanceState state);
/* That it runs and is not well, though: "does not answer"; static. NULL: it is. */
void tb_glyph_set_trouble (TbGlyph *glyph, const char *why);
/* How bad a problem is: again a shape and a colour. */
GtkWidget *tb_glyph_new_severity (TbSeverity severity, int size);

G_END_DECLS
