/* The space-time diagram as a widget: a part of the run, to be moved, zoomed, searched and pointed at.
 * The moment that is shown everywhere is its cursor; a message chosen here is chosen everywhere.
 *
 * Keys: Left and Right to the message before and after, with Shift a part of what is seen back and forth;
 * Up and Down choose a line, C collapses or opens its component, H hides it, A shows all again; plus and
 * minus zoom, 0 shows the whole run, End the newest, Home the beginning. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "tb-spacetime.h"

G_BEGIN_DECLS

#define TB_TYPE_SPACETIME_VIEW (tb_spacetime_view_get_type ())
G_DECLARE_FINAL_TYPE (TbSpacetimeView, tb_spacetime_view, TB, SPACETIME_VIEW, GtkWidget)

GtkWidget *tb_spacetime_view_new (void);
void tb_spacetime_view_set_moment (TbSpacetimeView *view, TbMoment *moment);
/* Of the lines that do not fit. */
GtkAdjustment *tb_spacetime_view_adjustment (TbSpacetimeView *view);
/* What is searched for: words; "" or NULL: nothing. FALSE with error where it cannot be read, and the
 * search before it stays. */
gboolean tb_spacetime_view_search (TbSpacetimeView *view, const char *words, GError **error);
/* To the next message that is found (by > 0) or the one before, from the other end on after the last, and
 * chooses it; FALSE: there is none, or it
 * is farther than a million messages away. */
gboolean tb_spacetime_view_find (TbSpacetimeView *view, int by);
void tb_spacetime_view_zoom (TbSpacetimeView *view, double factor); /* > 1: less time is seen */
void tb_spacetime_view_fit (TbSpacetimeView *view);
void tb_spacetime_view_follow (TbSpacetimeView *view);
gboolean tb_spacetime_view_follows (TbSpacetimeView *view);
void tb_spacetime_view_collapse_all (TbSpacetimeView *view, gboolean collapse);
void tb_spacetime_view_show_all (TbSpacetimeView *view);
guint tb_spacetime_view_n_hidden (TbSpacetimeView *view);
/* "312 messages · 12.402 s – 12.424 s", or what it counts by. (transfer full) */
char *tb_spacetime_view_summary (TbSpacetimeView *view);
/* What is chosen, in words; NULL: nothing. (transfer full) */
char *tb_spacetime_view_chosen (TbSpacetimeView *view);

/* Its keys, for whoever lists them. */
typedef struct
{
  const char *accel, *label;
} TbSpacetimeKey;
const TbSpacetimeKey *tb_spacetime_view_keys (guint *n);

/* Signal: "changed" (): what the above say. */

G_END_DECLS
