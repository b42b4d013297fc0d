/* One message or line of a log, whole: what is known of it, and what it said as text, JSON or bytes. */
#pragma once

#include <gtk/gtk.h>

#include "tb-past.h"

G_BEGIN_DECLS

#define TB_TYPE_PAYLOAD_PANE (tb_payload_pane_get_type ())
G_DECLARE_FINAL_TYPE (TbPayloadPane, tb_payload_pane, TB, PAYLOAD_PANE, GtkWidget)

typedef enum
{
  TB_PANE_CLOSE,
  TB_PANE_LINK,   /* shows it on the canvas */
  TB_PANE_LOGS,   /* of that moment */
  TB_PANE_TRACE,
  TB_PANE_PARTNER /* the reply of a request, the request of a reply */
} TbPaneAsked;

/* (transfer floating) */
GtkWidget *tb_payload_pane_new (void);
void tb_payload_pane_show_event (TbPayloadPane *pane, TbPast *past, guint64 position);
/* A line of a log, or anything else: title above, then all of it. */
void tb_payload_pane_show_text (TbPayloadPane *pane, const char *title, const char *text);

/* Signal: "asked" (guint TbPaneAsked). */

G_END_DECLS
