/* The list models of the outline and of the messages. */
#include <string.h>

#include "message-list.h"
#include "outline-model.h"

/* ---- Outline --------------------------------------------------------------------------------- */

static const char xml[] = "<architecture xmlns=\"urn:tierboard:1\">"
                          "<tier id=\"app\" name=\"App\"/>"
                          "<component id=\"a\" kind=\"client\"/>"
                          "<component id=\"b\" kind=\"server\" tier=\"app\"/>"
                          "<link id=\"l\" from=\"a\" to=\"b\"/></architecture>";

static TbDocument *
load (void)
{
  return tb_document_load_bytes ("t", xml, sizeof xml - 1, NULL, NULL);
}

static char *
rows_of (TbOutlineModel *outline, const TbModel *model)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (outline)); i++)
    {
      g_autoptr (TbOutlineItem) item = g_list_model_get_item (G_LIST_MODEL (outline), i);
      g_string_append_printf (text, "%u%s ", tb_outline_item_depth (item),
                              tb_element_id (tb_model_get (model, tb_outline_item_uid (item))));
    }
  return g_string_free (text, FALSE);
}

static void
tiers_hold_their_components (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  tb_outline_model_update (outline, tb_document_model (document));
  g_autofree char *rows = rows_of (outline, tb_document_model (document));
  g_assert_cmpstr (rows, ==, "0app 1b 0a 0l ");
}

typedef struct
{
  guint position, removed, added, n;
} Change;

static void
note_change (GListModel *list, guint position, guint removed, guint added, Change *change)
{
  *change = (Change){ position, removed, added, change->n + 1 };
}

static void
an_added_component_is_one_added_row (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  Change change = { 0 };
  tb_outline_model_update (outline, tb_document_model (document));
  g_signal_connect (outline, "items-changed", G_CALLBACK (note_change), &change);
  tb_document_begin (document, "Add", NULL);
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (document)));
  TbUid uid = tb_document_insert (document, TB_KIND_COMPONENT, "c", root, G_MAXUINT);
  tb_document_set (document, uid, TB_PROP_KIND, "store", NULL);
  tb_document_commit (document);
  tb_outline_model_update (outline, tb_document_model (document));
  g_assert_cmpuint (change.n, ==, 1);
  g_assert_cmpuint (change.removed, ==, 0);
  g_assert_cmpuint (change.added, ==, 1);
  g_assert_cmpuint (tb_outline_model_find (outline, uid), ==, change.position);
}

static void
nothing_changed_says_nothing (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  Change change = { 0 };
  tb_outline_model_update (outline, tb_document_model (document));
  g_signal_connect (outline, "items-changed", G_CALLBACK (note_change), &change);
  tb_outline_model_update (outline, tb_document_model (document));
  g_assert_cmpuint (change.n, ==, 0);
}

static void
without_a_document_there_are_no_rows (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  tb_outline_model_update (outline, tb_document_model (document));
  tb_outline_model_update (outline, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (outline)), ==, 0);
  g_assert_cmpuint (tb_outline_model_find (outline, 1), ==, G_MAXUINT);
}

/* ---- Messages -------------------------------------------------------------------------------- */

static const TbLiveInstance instances[] = { { .id = "shop/1" }, { .id = "orders/2" } };
static const TbLiveLink links[] = { { .id = "save" }, { .id = "load" } };
static const TbLiveTap taps[] = { { .row = 0, .link = 0, .from = 0, .to = 1 },
                                  { .row = 1, .link = 1, .from = 0, .to = 1 } };

static void
feed (TbMessageList *list, const TbEvent *events, guint n)
{
  TbLiveFrame frame = { .start_ns = 1000000000, .instances = instances, .n_instances = 2,
                        .links = links, .n_links = 2, .taps = taps, .n_taps = 2,
                        .events = events, .n_events = n };
  tb_message_list_feed (list, &frame);
}

static void
expect (TbMessageList *list, guint position, TbMessageColumn column, const char *expected)
{
  g_autoptr (TbMessageItem) item = g_list_model_get_item (G_LIST_MODEL (list), position);
  g_autofree char *text = tb_message_item_text (item, column);
  g_assert_cmpstr (text, ==, expected);
}

static void
the_newest_message_is_first (void)
{
  g_autoptr (TbMessageList) list = tb_message_list_new ();
  TbEvent events[] = { { .time_ns = 1500000000, .kind = TB_EVENT_REQUEST, .label = "SET",
                         .size = 40 },
                       { .time_ns = 1502000000, .kind = TB_EVENT_REPLY, .direction = 1,
                         .aux = 2000000, .status = 200, .size = 5 } };
  feed (list, events, 2);
  tb_message_list_publish (list, NULL, G_MAXUINT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2);
  expect (list, 0, TB_MESSAGE_WAY, "orders-2 → shop-1");
  expect (list, 0, TB_MESSAGE_LATENCY, "2\u202fms");
  expect (list, 0, TB_MESSAGE_WHAT, "reply 200 · 5\u202fB");
  expect (list, 1, TB_MESSAGE_TIME, "0.5000");
  expect (list, 1, TB_MESSAGE_WAY, "shop-1 → orders-2");
  expect (list, 1, TB_MESSAGE_WHAT, "SET · 40\u202fB");
  expect (list, 1, TB_MESSAGE_LINK, "save");
}

static void
a_selected_link_filters (void)
{
  g_autoptr (TbMessageList) list = tb_message_list_new ();
  TbEvent events[] = { { .kind = TB_EVENT_REQUEST, .tap = 0 },
                       { .kind = TB_EVENT_REQUEST, .tap = 1 } };
  feed (list, events, 2);
  tb_message_list_publish (list, "load", G_MAXUINT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  expect (list, 0, TB_MESSAGE_LINK, "load");
}

static void
a_flood_keeps_the_latest (void)
{
  g_autoptr (TbMessageList) list = tb_message_list_new ();
  enum { N = 5000 };
  TbEvent *events = g_new0 (TbEvent, N);
  for (int i = 0; i < N; i++)
    {
      events[i].kind = TB_EVENT_REQUEST;
      events[i].time_ns = 1000000000 + (gint64) i * 1000000;
    }
  feed (list, events, N);
  tb_message_list_publish (list, NULL, G_MAXUINT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), <=, 400);
  expect (list, 0, TB_MESSAGE_TIME, "4.9990");
  g_free (events);
}

static void
a_live_list_can_be_short (void)
{
  g_autoptr (TbMessageList) list = tb_message_list_new ();
  TbEvent events[] = { { .kind = TB_EVENT_REQUEST, .time_ns = 1000000000 },
                       { .kind = TB_EVENT_REQUEST, .time_ns = 2000000000 } };
  feed (list, events, 2);
  tb_message_list_publish (list, NULL, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  expect (list, 0, TB_MESSAGE_TIME, "1.0000");
}

static void
what_is_no_message_is_left_out (void)
{
  g_autoptr (TbMessageList) list = tb_message_list_new ();
  TbEvent events[] = { { .kind = TB_EVENT_OPEN }, { .kind = TB_EVENT_REFUSED },
                       { .kind = TB_EVENT_REQUEST, .tap = 77 } };
  feed (list, events, 3);
  tb_message_list_publish (list, NULL, G_MAXUINT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  g_autoptr (TbMessageItem) item = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (tb_message_item_is_bad (item));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outline/tiers-hold-their-components", tiers_hold_their_components);
  g_test_add_func ("/outline/an-added-component-is-one-added-row",
                   an_added_component_is_one_added_row);
  g_test_add_func ("/outline/nothing-changed-says-nothing", nothing_changed_says_nothing);
  g_test_add_func ("/outline/without-a-document-there-are-no-rows",
                   without_a_document_there_are_no_rows);
  g_test_add_func ("/messages/the-newest-message-is-first", the_newest_message_is_first);
  g_test_add_func ("/messages/a-selected-link-filters", a_selected_link_filters);
  g_test_add_func ("/messages/a-flood-keeps-the-latest", a_flood_keeps_the_latest);
  g_test_add_func ("/messages/a-live-list-can-be-short", a_live_list_can_be_short);
  g_test_add_func ("/messages/what-is-no-message-is-left-out", what_is_no_message_is_left_out);
  return g_test_run ();
}
