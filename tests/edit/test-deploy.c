/* Instances dragged from device to device, as a person does in a deployment. */
#include "fixture.h"

#define COMPONENTS                                                                                 \
  "<component id='shop' kind='server' name='Shop' tier='app' replicas='3'/>"                       \
  "<component id='orders' kind='store' name='Orders' tier='db'/>"                                  \
  "<link id='save' from='shop' to='orders'/><view id='v' kind='deployment'/></architecture>"

static const char real[] = "<architecture xmlns='urn:tierboard:1'>"
                           "<tier id='app'><device id='one'/><device id='two'/></tier>"
                           "<tier id='db'><device id='disk'/></tier>" COMPONENTS;
static const char made_up[] = "<architecture xmlns='urn:tierboard:1'>"
                              "<tier id='app'/><tier id='db'><device id='disk'/></tier>" COMPONENTS;

static TbRect
box_of (Fixture *f, const char *id, guint nth)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (tb_editor_scene (f->editor), fixture_uid (f, id), boxes);
  g_assert_cmpuint (nth, <, boxes->len);
  return g_array_index (boxes, TbRect, nth);
}

/* Its title: nothing else is in the way there. */
static TbPoint
title_of (TbRect box)
{
  return (TbPoint){ box.x + 20, box.y + 12 };
}

static TbPoint
middle_of (TbRect box)
{
  return (TbPoint){ box.x + box.width / 2, box.y + box.height / 2 };
}

static TbRect
replica_box (Fixture *f, guint replica)
{
  for (guint i = 0; i < 3; i++)
    {
      TbRect box = box_of (f, "shop", i);
      TbPoint at = middle_of (box);
      TbDeployed instance;
      g_assert_true (tb_scene_instance_at (tb_editor_scene (f->editor), at.x, at.y, &instance));
      if (instance.replica == replica)
        return box;
    }
  g_assert_not_reached ();
}

static void
drag_replica (Fixture *f, guint replica, TbRect to)
{
  fixture_drag (f, middle_of (replica_box (f, replica)), title_of (to), 0);
}

/* "1:two 3:one " of what is written. */
static char *
said (Fixture *f)
{
  GString *words = g_string_new (NULL);
  const TbElement *shop = tb_model_lookup (tb_document_model (f->document), "shop");
  for (guint i = 0; i < tb_element_n_children (shop); i++)
    {
      const TbElement *on = tb_element_child (shop, i);
      if (tb_element_kind (on) == TB_KIND_ON)
        g_string_append_printf (words, "%s:%s ", tb_element_get (on, TB_PROP_REPLICA),
                                tb_element_get (on, TB_PROP_DEVICE));
    }
  return g_string_free (words, FALSE);
}

static void
assert_said (Fixture *f, const char *expected)
{
  g_autofree char *words = said (f);
  g_assert_cmpstr (words, ==, expected);
}

static gboolean
lies_in (TbRect inner, TbRect outer)
{
  return tb_rect_contains (&outer, inner.x, inner.y)
         && tb_rect_contains (&outer, inner.x + inner.width, inner.y + inner.height);
}

static void
test_a_drop_on_a_device_says_so_in_one_step (void)
{
  Fixture f;
  fixture_open (&f, real);
  g_autofree char *before = fixture_xml (&f);
  drag_replica (&f, 3, box_of (&f, "two", 0)); /* the third runs on the first by itself */
  assert_said (&f, "3:two ");
  g_assert_true (lies_in (replica_box (&f, 3), box_of (&f, "two", 0)));
  g_assert_true (lies_in (replica_box (&f, 1), box_of (&f, "one", 0)));
  g_assert_true (tb_document_undo (f.document));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_where_it_would_run_anyway_needs_no_word (void)
{
  Fixture f;
  fixture_open (&f, real);
  drag_replica (&f, 2, box_of (&f, "one", 0));
  assert_said (&f, "2:one ");
  drag_replica (&f, 2, box_of (&f, "two", 0));
  assert_said (&f, "");
  drag_replica (&f, 2, box_of (&f, "two", 0)); /* to where it is */
  assert_said (&f, "");
  fixture_close (&f);
}

static void
test_made_up_devices_become_real_and_nothing_else_moves (void)
{
  Fixture f;
  fixture_open (&f, made_up);
  TbPoint first = middle_of (replica_box (&f, 1));
  TbDeployed device;
  g_assert_true (tb_scene_device_at (tb_editor_scene (f.editor), first.x, first.y, &device));
  g_assert_true (device.made_up);
  drag_replica (&f, 3, device.rect);
  assert_said (&f, "3:app-1 ");
  for (guint i = 0; i < 3; i++)
    {
      const char *devices[] = { "app-1", "app-2", "app-1" };
      g_assert_true (lies_in (replica_box (&f, i + 1), box_of (&f, devices[i], 0)));
    }
  g_assert_cmpuint (fixture_uid (&f, "app-3"), !=, 0); /* with nothing on it */
  g_assert_true (tb_document_undo (f.document));
  g_assert_cmpuint (fixture_uid (&f, "app-1"), ==, 0);
  fixture_close (&f);
}

static void
test_on_another_tiers_device_all_replicas_go (void)
{
  Fixture f;
  fixture_open (&f, real);
  drag_replica (&f, 3, box_of (&f, "two", 0));
  drag_replica (&f, 1, box_of (&f, "disk", 0));
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "db");
  assert_said (&f, "");
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f.document), problems);
  g_assert_cmpuint (problems->len, ==, 0);
  fixture_close (&f);
}

static void
test_only_the_dragged_instance_is_shown_moved (void)
{
  Fixture f;
  fixture_open (&f, real);
  TbRect before[3] = { box_of (&f, "shop", 0), box_of (&f, "shop", 1), box_of (&f, "shop", 2) };
  TbPoint from = middle_of (before[0]), to = { from.x + 60, from.y + 400 };
  fixture_drag_on (&f, from, to, 0);
  g_assert_cmpfloat (box_of (&f, "shop", 0).x, ==, before[0].x + 60);
  for (guint i = 1; i < 3; i++)
    g_assert_cmpfloat (box_of (&f, "shop", i).x, ==, before[i].x);
  tb_editor_cancel (f.editor);
  g_assert_cmpfloat (box_of (&f, "shop", 0).x, ==, before[0].x);
  assert_said (&f, "");
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/deploy/on", test_a_drop_on_a_device_says_so_in_one_step);
  g_test_add_func ("/edit/deploy/by-itself", test_where_it_would_run_anyway_needs_no_word);
  g_test_add_func ("/edit/deploy/made-up", test_made_up_devices_become_real_and_nothing_else_moves);
  g_test_add_func ("/edit/deploy/other-tier", test_on_another_tiers_device_all_replicas_go);
  g_test_add_func ("/edit/deploy/preview", test_only_the_dragged_instance_is_shown_moved);
  return g_test_run ();
}
