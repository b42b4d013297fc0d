/* A small picture of an architecture file, drawn when it is first seen. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_PICTURE (tb_picture_get_type ())
G_DECLARE_FINAL_TYPE (TbPicture, tb_picture, TB, PICTURE, GtkWidget)

GtkWidget *tb_picture_new (const char *path, int width, int height);

G_END_DECLS
