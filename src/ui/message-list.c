#include "message-list.h"

#include "format.h"
#include "tb-proto.h"

/* Invariant 1: at most KEPT records are kept, and at most KEPT are shown. */
#define KEPT 400

typedef struct
{
  TbEvent event;
  gint64 start_ns;
  const char *link, *from, *to; /* interned: a run has few of them */
} Message;

struct _TbMessageItem
{
  GObject parent;
  Message message;
};

G_DEFINE_FINAL_TYPE (TbMessageItem, tb_message_item, G_TYPE_OBJECT)

static void
tb_message_item_class_init (TbMessageItemClass *class)
{
}

static void
tb_message_item_init (TbMessageItem *self)
{
}

gboolean
tb_message_item_is_bad (TbMessageItem *item)
{
  TbEventKind kind = item->message.event.kind;
  return item->message.event.error || kind == TB_EVENT_REFUSED || kind == TB_EVENT_TIMEOUT
         || kind == TB_EVENT_RESET || kind == TB_EVENT_DROPPED;
}

static char *
text_what (const TbEvent *event)
{
  g_autofree char *size = tb_format_bytes (event->size);
  if (event->kind == TB_EVENT_REPLY && event->status)
    return g_strdup_printf ("reply %u · %s", event->status, size);
  if (event->label[0])
    return g_strdup_printf ("%s · %s", event->label, size);
  if (event->size)
    return g_strdup_printf ("%s · %s", tb_event_kind_name (event->kind), size);
  return g_strdup (tb_event_kind_name (event->kind));
}

char *
tb_message_item_text (TbMessageItem *item, TbMessageColumn column)
{
  const Message *m = &item->message;
  gboolean back = m->event.direction == TB_DIR_DOWN;
  switch (column)
    {
    case TB_MESSAGE_TIME:
      return g_strdup_printf ("%.4f", (double) (m->event.time_ns - m->start_ns) / 1e9);
    case TB_MESSAGE_LINK:
      return g_strdup (m->link);
    case TB_MESSAGE_WAY:
      return g_strdup_printf ("%s → %s", back ? m->to : m->from, back ? m->from : m->to);
    case TB_MESSAGE_WHAT:
      return text_what (&m->event);
    case TB_MESSAGE_LATENCY:
    case TB_MESSAGE_COLUMNS:
    default:
      return m->event.kind == TB_EVENT_REPLY ? tb_format_ns ((gint64) m->event.aux) : g_strdup ("");
    }
}

struct _TbMessageList
{
  GObject parent;
  Message kept[KEPT]; /* ring: the newest is at (seen - 1) % KEPT */
  guint64 seen;
  GArray *shown; /* of Message */
};

static GType
get_item_type (GListModel *list)
{
  return TB_TYPE_MESSAGE_ITEM;
}

static guint
get_n_items (GListModel *list)
{
  return TB_MESSAGE_LIST (list)->shown->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  GArray *shown = TB_MESSAGE_LIST (list)->shown;
  if (position >= shown->len)
    return NULL;
  TbMessageItem *item = g_object_new (TB_TYPE_MESSAGE_ITEM, NULL);
  item->message = g_array_index (shown, Message, position);
  return item;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TbMessageList, tb_message_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static gboolean
is_shown (const TbEvent *event)
{
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
    case TB_EVENT_BYTES:
    case TB_EVENT_REFUSED:
    case TB_EVENT_TIMEOUT:
    case TB_EVENT_RESET:
    case TB_EVENT_DROPPED:
    case TB_EVENT_DUPLICATED:
    case TB_EVENT_CORRUPTED:
      return TRUE;
    case TB_EVENT_OPEN:
    case TB_EVENT_CLOSE:
    case TB_EVENT_DELIVERED:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    default:
      return FALSE;
    }
}

static const char *
instance_name (const TbLiveFrame *frame, guint index)
{
  if (index >= frame->n_instances)
    return "?";
  g_autofree char *name = tb_format_instance (frame->instances[index].id);
  return g_intern_string (name);
}

static const TbLiveTap *
find_tap (const TbLiveFrame *frame, guint row)
{
  if (row < frame->n_taps && frame->taps[row].row == row)
    return &frame->taps[row];
  for (guint i = 0; i < frame->n_taps; i++)
    if (frame->taps[i].row == row)
      return &frame->taps[i];
  return NULL;
}

/* Only the last of a frame can be seen at all: the rest are counted. */
void
tb_message_list_feed (TbMessageList *list, const TbLiveFrame *frame)
{
  guint first = frame->n_events > 2 * KEPT ? frame->n_events - 2 * KEPT : 0;
  for (guint i = first; i < frame->n_events; i++)
    {
      const TbEvent *event = &frame->events[i];
      const TbLiveTap *tap = is_shown (event) ? find_tap (frame, event->tap) : NULL;
      if (!tap)
        continue;
      Message *message = &list->kept[list->seen++ % KEPT];
      message->event = *event;
      message->start_ns = frame->start_ns;
      message->link = tap->link < frame->n_links ? g_intern_string (frame->links[tap->link].id)
                                                 : "not drawn";
      message->from = instance_name (frame, tap->from);
      message->to = instance_name (frame, tap->to);
    }
}

void
tb_message_list_publish (TbMessageList *list, const char *link, guint most)
{
  guint before = list->shown->len, kept = (guint) MIN (list->seen, KEPT);
  g_array_set_size (list->shown, 0);
  for (guint i = 0; i < kept && list->shown->len < most; i++)
    {
      const Message *message = &list->kept[(list->seen - 1 - i) % KEPT];
      if (!link || g_str_equal (message->link, link))
        g_array_append_val (list->shown, *message);
    }
  g_assert (list->shown->len <= KEPT);
  g_list_model_items_changed (G_LIST_MODEL (list), 0, before, list->shown->len);
}

void
tb_message_list_clear (TbMessageList *list)
{
  list->seen = 0;
  tb_message_list_publish (list, NULL, G_MAXUINT);
}

guint64
tb_message_list_seen (TbMessageList *list)
{
  return list->seen;
}

static void
tb_message_list_finalize (GObject *object)
{
  g_array_unref (TB_MESSAGE_LIST (object)->shown);
  G_OBJECT_CLASS (tb_message_list_parent_class)->finalize (object);
}

static void
tb_message_list_class_init (TbMessageListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_message_list_finalize;
}

static void
tb_message_list_init (TbMessageList *self)
{
  self->shown = g_array_new (FALSE, FALSE, sizeof (Message));
}

TbMessageList *
tb_message_list_new (void)
{
  return g_object_new (TB_TYPE_MESSAGE_LIST, NULL);
}
