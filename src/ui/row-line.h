/* One row of a long list, drawn by one widget: a list view keeps two hundred of them, and each with a
 * label for every column would cost more than the frame has. Its texts are asked for when a row is
 * bound, and laid out only where they are seen. Assistive tools get them as one name. */
#pragma once

#include <gtk/gtk.h>

#include "event-rows.h"

G_BEGIN_DECLS

#define TB_ROW_COLUMNS_MAX 6

typedef struct
{
  const char *title;
  int width;      /* pixels; 0: shares what is left */
  int least;      /* in rows narrower than this it is left out */
  gboolean end;   /* stands at the end of its column */
  gboolean figures; /* all digits as wide as each other */
  gboolean mono;
} TbRowColumn;

typedef enum
{
  TB_ROW_PLAIN = 0,
  TB_ROW_BAD = 1 << 0,
  TB_ROW_NOTE = 1 << 1,  /* not a message: a gap, a fault; its second text takes all of the room */
  TB_ROW_LATER = 1 << 2, /* after the moment that is shown */
  TB_ROW_QUIET = 1 << 3  /* of less interest than others */
} TbRowLook;

typedef struct
{
  const TbRowColumn *columns;
  guint n_columns;
  /* Fills a text (transfer full, or NULL) for each column. */
  TbRowLook (*describe) (gpointer owner, TbEventRow *row, char **texts);
} TbRowKind;

/* A list of such rows under their titles, which follows its end while it stands there, and the pointer is
 * not on it (one clicks what one sees):
 *
 *   following ──scrolled up, tb_row_list_show_row()──▶ standing ──scrolled to the end, tb_row_list_follow()──▶ following */
#define TB_TYPE_ROW_LIST (tb_row_list_get_type ())
G_DECLARE_FINAL_TYPE (TbRowList, tb_row_list, TB, ROW_LIST, GtkWidget)

/* kind must stay; name is for assistive tools. (transfer floating) */
GtkWidget *tb_row_list_new (const TbRowKind *kind, gpointer owner, TbEventRows *rows, const char *name);
/* Asks all rows that are seen for their looks and texts again. */
void tb_row_list_refresh (TbRowList *list);
/* Makes it stand with that row in sight. */
void tb_row_list_show_row (TbRowList *list, guint row);
/* To the end, and on with it. */
void tb_row_list_follow (TbRowList *list);
gboolean tb_row_list_is_following (TbRowList *list);
/* Selects without saying so; G_MAXUINT: none. */
void tb_row_list_select (TbRowList *list, guint row);
/* After the rows have changed: goes on following. */
void tb_row_list_grown (TbRowList *list);

/* Signals: "picked" (TbEventRow *row): a person chose it. "scrolled" (): by hand, following or not. */

G_END_DECLS
