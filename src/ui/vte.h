/* The terminal widget of VTE, loaded when the first terminal is shown and never linked: no start
 * waits for it, and without it everything else works. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_VTE_PACKAGE "libvte-2.91-gtk4-0"

typedef struct
{
  GtkWidget *(*create) (void);
  void (*feed) (GtkWidget *terminal, const char *bytes, gssize n);
  glong (*columns) (GtkWidget *terminal);
  glong (*rows) (GtkWidget *terminal);
  void (*set_colours) (GtkWidget *terminal, const GdkRGBA *text, const GdkRGBA *ground,
                       const GdkRGBA *palette, gsize n);
  void (*set_scrollback) (GtkWidget *terminal, glong lines);
  gboolean (*has_selection) (GtkWidget *terminal);
  void (*copy) (GtkWidget *terminal, int format);
  void (*paste) (GtkWidget *terminal);
} TbVte;

/* NULL: it is not installed. Its widgets' signal "commit" (const char *bytes, guint n) is what was
 * typed. */
const TbVte *tb_vte (void);

G_END_DECLS
