/* The latest messages of a run as a list model: plain records in a ring, items made on demand. */
#pragma once

#include <gio/gio.h>

#include "tb-session.h"

G_BEGIN_DECLS

/* What one row of the list says; its texts are those a person reads. */
#define TB_TYPE_MESSAGE_ITEM (tb_message_item_get_type ())
G_DECLARE_FINAL_TYPE (TbMessageItem, tb_message_item, TB, MESSAGE_ITEM, GObject)

typedef enum
{
  TB_MESSAGE_TIME,
  TB_MESSAGE_LINK,
  TB_MESSAGE_WAY,
  TB_MESSAGE_WHAT,
  TB_MESSAGE_LATENCY,
  TB_MESSAGE_COLUMNS
} TbMessageColumn;

/* (transfer full) */
char *tb_message_item_text (TbMessageItem *item, TbMessageColumn column);
gboolean tb_message_item_is_bad (TbMessageItem *item);

#define TB_TYPE_MESSAGE_LIST (tb_message_list_get_type ())
G_DECLARE_FINAL_TYPE (TbMessageList, tb_message_list, TB, MESSAGE_LIST, GObject)

TbMessageList *tb_message_list_new (void);
/* Keeps the frame's messages, the oldest going first; what the list shows stays as it is. */
void tb_message_list_feed (TbMessageList *list, const TbLiveFrame *frame);
/* Shows the newest of what is kept, of one link or (NULL) of all, at most so many; G_MAXUINT:
 * all. */
void tb_message_list_publish (TbMessageList *list, const char *link, guint most);
void tb_message_list_clear (TbMessageList *list);
guint64 tb_message_list_seen (TbMessageList *list);

G_END_DECLS
