/* Questions, and files to open and to save. What GTK and libadwaita deprecate later stands here,
 * and nowhere else. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  TB_RESPONSE_PLAIN,
  TB_RESPONSE_SUGGESTED,
  TB_RESPONSE_DESTRUCTIVE
} TbResponseLook;

typedef struct
{
  const char *id, *label;
  TbResponseLook look;
} TbResponse;

/* id is that of the response chosen; that of the first where the dialog was closed. */
typedef void (*TbAnswer) (const char *id, gpointer data);
/* extra (may be NULL) stands under the text. The first response is the one of Escape, the last
 * the one of Enter. */
void tb_ask (GtkWindow *parent, const char *heading, const char *body, GtkWidget *extra,
             const TbResponse *responses, guint n, TbAnswer answer, gpointer data);

typedef enum
{
  TB_FILE_OPEN,
  TB_FILE_SAVE,
  TB_FILE_EXPORT,
  TB_FILE_RECORDING,     /* to be compared with */
  TB_FILE_SAVE_RECORDING,
  TB_FILE_EXPORT_RECORDING,
  TB_FILE_SCENARIOS      /* to be applied to a drawing */
} TbFileMode;

/* path is NULL where the person gave up. */
typedef void (*TbFileAnswer) (const char *path, gpointer data);
/* name: what a new file is called at first; may be NULL. folder: where it begins; may be NULL. */
void tb_ask_file (GtkWindow *parent, TbFileMode mode, const char *folder, const char *name,
                  TbFileAnswer answer, gpointer data);

void tb_show_about (GtkWindow *parent);

G_END_DECLS
