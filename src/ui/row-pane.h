/* A list of rows beside what one of them says, both about the moment that is shown: a page of the panel
 * is one of these under a bar of its own. It looks at events in slices between frames, and only while
 * it is seen; goes to the moment where that is fixed, follows where it is live, and makes it the moment
 * of the row that a person picks. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "payload-pane.h"
#include "row-line.h"

G_BEGIN_DECLS

#define TB_TYPE_ROW_PANE (tb_row_pane_get_type ())
G_DECLARE_FINAL_TYPE (TbRowPane, tb_row_pane, TB, ROW_PANE, GtkWidget)

typedef struct
{
  TbRowKind kind;
  const char *name; /* of the list, for assistive tools */
  /* Whether that event is meant; NULL: none is. */
  gboolean (*holds) (gpointer owner, TbPast *past, guint64 position, const TbEvent *event);
  /* Rows of its own that are new since it was last called, or since `anew`, for about so long: put in with
   * tb_row_pane_insert(). TRUE: there are more. */
  gboolean (*gather) (gpointer owner, TbPast *past, gboolean anew, gint64 budget_ns);
  /* Shows all of a row that is no event in the pane. */
  void (*show) (gpointer owner, TbPayloadPane *pane, TbEventRow *row);
  /* Counts and the like have changed. */
  void (*changed) (gpointer owner);
} TbRowPaneKind;

/* kind and owner must stay. (transfer floating) */
GtkWidget *tb_row_pane_new (const TbRowPaneKind *kind, gpointer owner);
void tb_row_pane_set_moment (TbRowPane *pane, TbMoment *moment);
/* (transfer none), NULL: none. */
TbPast *tb_row_pane_past (TbRowPane *pane);
TbMoment *tb_row_pane_moment (TbRowPane *pane);
/* All rows anew: what is meant has changed. events: whether holds() is asked at all. */
void tb_row_pane_begin_anew (TbRowPane *pane, gboolean events);
void tb_row_pane_insert (TbRowPane *pane, const TbEventInsert *inserts, guint n);
TbEventRows *tb_row_pane_rows (TbRowPane *pane);
/* Whether it is after the moment that is shown. */
gboolean tb_row_pane_is_later (TbRowPane *pane, gint64 time_ns);
gboolean tb_row_pane_is_following (TbRowPane *pane);
/* To the newest, and on with it. */
void tb_row_pane_follow (TbRowPane *pane);

/* Signal: "asked" (guint TbPaneAsked): for LINK, LOGS and TRACE, of the event that is selected. */

G_END_DECLS
