/* What a run says of the selected element: instances with their states and menus, or a link's
 * figures and faults. Stands in the inspector under the properties. */
#pragma once

#include <gtk/gtk.h>

#include "signs.h"
#include "tb-session.h"

G_BEGIN_DECLS

#define TB_TYPE_LIVE_BOX (tb_live_box_get_type ())
G_DECLARE_FINAL_TYPE (TbLiveBox, tb_live_box, TB, LIVE_BOX, GtkWidget)

GtkWidget *tb_live_box_new (void);
/* The element it speaks of; 0: none. */
void tb_live_box_set_element (TbLiveBox *box, TbUid uid);
/* Both are borrowed for the call; NULL: no run; not judged. */
void tb_live_box_show (TbLiveBox *box, const TbLiveFrame *frame, const TbSigns *signs);

/* The menu of one instance or of one link, as the canvas shows it too. (transfer full) */
GMenuModel *tb_instance_menu (const TbLiveInstance *instance);
/* The same as commands of the palette: their titles, the window's actions and their target. */
typedef void (*TbInstanceCommandFunc) (const char *title, const char *action, const char *instance,
                                       gpointer data);
void tb_instance_each_command (const TbLiveInstance *instance, TbInstanceCommandFunc func,
                               gpointer data);
GMenuModel *tb_link_menu (const TbLiveLink *link);

G_END_DECLS
