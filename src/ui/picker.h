/* An entry with a list that is filtered by what is typed: command palette, new elements, what to
 * connect to. Arrows choose, Enter takes, Tab completes, Escape closes. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* More rows than this nobody looks through. */
#define TB_PICKER_MAX 60

typedef struct
{
  char *title, *detail, *key; /* key: an accelerator such as "<Control>z"; NULL: none */
  char *reason;               /* why it cannot be taken now; NULL: it can */
  char *complete;             /* taking it goes on with this text instead of answering; NULL */
  guint uid;                  /* these three are the owner's */
  gconstpointer data;
  int score;
} TbPickerRow;

TbPickerRow *tb_picker_row_new (const char *title, const char *detail);
void tb_picker_row_free (TbPickerRow *row);
/* Of TbPickerRow, owned. (transfer full) */
GPtrArray *tb_picker_rows_new (void);
/* The best score first, and no more of them than are shown. */
void tb_picker_rows_keep_best (GPtrArray *rows);

typedef struct
{
  const char *name, *placeholder; /* of the entry, for assistive tools and for the eye */
  /* Rows for what was typed; hint (transfer full, may stay NULL) stands below them. (transfer full) */
  GPtrArray *(*rows) (const char *text, char **hint, gpointer data);
  /* A row was taken; text is what was typed. FALSE keeps it open, with hint (transfer full). */
  gboolean (*take) (const TbPickerRow *row, const char *text, char **hint, gpointer data);
  /* The row that Enter would take changed; NULL: none. May be NULL. */
  void (*point) (const TbPickerRow *row, gpointer data);
  /* It closed, taken or not; frees data. */
  void (*closed) (gboolean taken, gpointer data);
} TbPickerKind;

/* Pops up at a rectangle of parent, in its coordinates; kind must stay. */
void tb_picker_popup (GtkWidget *parent, const GdkRectangle *at, const TbPickerKind *kind,
                      gpointer data);

G_END_DECLS
