/* Scenarios are edited in steps that can be taken back, and nothing impossible can be said. */
#include "fixture.h"
#include "tb-base.h"
#include "tb-scenario-edit.h"

static const char xml[] =
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">"
  "<tier id=\"db\"><device id=\"db-1\"/></tier>"
  "<component id=\"browser\" kind=\"client\"><builtin/></component>"
  "<component id=\"orders\" kind=\"store\" replicas=\"3\" tier=\"db\"/>"
  "<link id=\"save\" from=\"browser\" to=\"orders\"/>"
  "<scenario id=\"cut\" name=\"Cut\">"
  "<wait until=\"orders has leader\"/>"
  "<phase id=\"before\" lasts=\"3s\"/>"
  "<phase id=\"broken\" name=\"Broken\" lasts=\"10s\"><do at=\"1s\" kill=\"orders/leader\"/>"
  "<do at=\"2s\" fault=\"latency\" of=\"save\" latency=\"20ms\" for=\"3s\"/></phase>"
  "<phase id=\"after\" lasts=\"5s\"><do heal=\"all\"/></phase>"
  "<expect that=\"availability\" of=\"save\" during=\"broken\" at-least=\"0.9\"/>"
  "<expect that=\"ready\" within=\"5s\"/>"
  "</scenario></architecture>";

static TbDocument *
open_document (void)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static const TbElement *
scenario_of (TbDocument *document)
{
  return tb_model_nth (tb_document_model (document), TB_KIND_SCENARIO, 0);
}

/* The n-th of a kind in the scenario. */
static TbUid
nth (TbDocument *document, TbKind kind, guint n)
{
  return tb_element_uid (tb_model_nth (tb_document_model (document), kind, n));
}

static const char *
value (TbDocument *document, TbUid uid, TbProp prop)
{
  return tb_element_get (tb_model_get (tb_document_model (document), uid), prop);
}

/* "wait before broken after expect expect" */
static char *
order_of (TbDocument *document)
{
  const TbElement *scenario = scenario_of (document);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      const char *id = tb_element_id (child);
      g_string_append_printf (text, "%s%s", i ? " " : "", id ? id : tb_schema_kind (tb_element_kind (child))->name);
    }
  return g_string_free (text, FALSE);
}

static void
assert_order (TbDocument *document, const char *expected)
{
  g_autofree char *order = order_of (document);
  g_assert_cmpstr (order, ==, expected);
}

static void
test_phases_come_in_their_places (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  TbUid scenario = nth (document, TB_KIND_SCENARIO, 0);
  const TbScenarioEdit edit = { document, NULL, NULL };
  const TbScenarioValue broken[] = { { TB_PROP_NAME, "Broken" }, { TB_PROP_LASTS, "1s" } };
  const TbScenarioValue last[] = { { TB_PROP_NAME, "Last one" }, { TB_PROP_LASTS, "1s" } };
  const TbScenarioValue ready[] = { { TB_PROP_UNTIL, "ready" } };
  TbUid phase = tb_scenario_insert (&edit, TB_KIND_PHASE, scenario, nth (document, TB_KIND_PHASE, 0), broken, 2, &error);
  g_assert_cmpstr (tb_element_id (tb_model_get (tb_document_model (document), phase)), ==, "broken-2");
  assert_order (document, "wait before broken-2 broken after expect expect");
  tb_scenario_insert (&edit, TB_KIND_PHASE, scenario, 0, last, 2, &error);
  assert_order (document, "wait before broken-2 broken after last-one expect expect");
  tb_scenario_insert (&edit, TB_KIND_WAIT, scenario, nth (document, TB_KIND_DO, 0), ready, 1, &error);
  g_assert_no_error (error);
  assert_order (document, "wait before broken-2 broken wait after last-one expect expect");
  for (guint i = 0; i < 3; i++)
    g_assert_true (tb_document_undo (document));
  assert_order (document, "wait before broken after expect expect");
}

static void
test_new_scenario_stands_before_views (void)
{
  g_autoptr (TbDocument) document = open_document ();
  TbUid uid = tb_scenario_add (document, NULL);
  const TbElement *added = tb_model_get (tb_document_model (document), uid);
  g_assert_cmpstr (tb_element_title (added), ==, "Scenario 2");
  g_assert_cmpuint (tb_element_n_children (added), ==, 1);
  tb_scenario_remove (document, uid);
  g_assert_cmpuint (tb_model_count (tb_document_model (document), TB_KIND_SCENARIO), ==, 1);
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Remove Scenario 2");
}

static void
test_order_changes (void)
{
  g_autoptr (TbDocument) document = open_document ();
  TbUid before = nth (document, TB_KIND_PHASE, 0), after = nth (document, TB_KIND_PHASE, 2);
  g_assert_true (tb_scenario_move_by (document, before, 1));
  assert_order (document, "wait broken before after expect expect");
  g_assert_true (tb_scenario_move_by (document, before, -1));
  g_assert_true (tb_scenario_move_by (document, before, -1));
  assert_order (document, "before wait broken after expect expect");
  g_assert_false (tb_scenario_move_by (document, before, -1));
  g_assert_false (tb_scenario_move_by (document, after, 1)); /* expectations are no steps */
  g_assert_true (tb_scenario_move_step (document, after, 0));
  assert_order (document, "after before wait broken expect expect");
  g_assert_false (tb_scenario_move_step (document, after, 1));
  TbUid last = nth (document, TB_KIND_EXPECT, 1);
  g_assert_true (tb_scenario_move_by (document, last, -1));
  g_assert_cmpuint (nth (document, TB_KIND_EXPECT, 0), ==, last);
}

static void
test_phase_ends_behind_what_is_done_in_it (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  TbUid phase = nth (document, TB_KIND_PHASE, 1);
  g_assert_true (tb_scenario_set_lasts (document, phase, 2500 * TB_NS_PER_MS, &error));
  g_assert_cmpstr (value (document, phase, TB_PROP_LASTS), ==, "2500ms");
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Shorten Broken");
  g_assert_false (tb_scenario_set_lasts (document, phase, 2 * TB_NS_PER_S, &error));
  g_assert_cmpstr (error->message, ==,
                   "“latency 20ms save” would be done 2s after the phase began, which lasts 2s");
  g_assert_cmpstr (value (document, phase, TB_PROP_LASTS), ==, "2500ms");
  g_clear_error (&error);
  g_assert_false (tb_scenario_set_lasts (document, nth (document, TB_KIND_WAIT, 0), TB_NS_PER_S, &error));
  g_assert_nonnull (error);
}

static void
test_actions_go_from_phase_to_phase (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  TbUid kill = nth (document, TB_KIND_DO, 0), broken = nth (document, TB_KIND_PHASE, 1);
  g_assert_true (tb_scenario_shift_action (document, kill, -1500 * TB_NS_PER_MS, &error));
  const TbElement *action = tb_model_get (tb_document_model (document), kill);
  g_assert_cmpstr (tb_element_id (tb_element_parent (action)), ==, "before");
  g_assert_cmpstr (value (document, kill, TB_PROP_AT), ==, "2500ms");
  g_assert_true (tb_scenario_shift_action (document, kill, 600 * TB_NS_PER_MS, &error));
  g_assert_cmpstr (value (document, kill, TB_PROP_AT), ==, "100ms");
  g_assert_false (tb_scenario_shift_action (document, kill, -60 * TB_NS_PER_S, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (tb_scenario_place_action (document, kill, broken, 0, &error));
  g_assert_cmpstr (value (document, kill, TB_PROP_AT), ==, NULL);
  g_assert_false (tb_scenario_place_action (document, kill, broken, 10 * TB_NS_PER_S, &error));
  g_clear_error (&error);
  g_assert_true (tb_scenario_set_for (document, kill, TB_NS_PER_S, &error));
  g_assert_cmpstr (value (document, kill, TB_PROP_FOR), ==, "1s");
  g_assert_false (tb_scenario_set_for (document, nth (document, TB_KIND_DO, 2), TB_NS_PER_S, &error));
  g_assert_cmpstr (error->message, ==, "there is nothing to take back of it, so it lasts no time");
}

static void
test_phase_goes_with_what_is_expected_of_it (void)
{
  g_autoptr (TbDocument) document = open_document ();
  tb_scenario_remove (document, nth (document, TB_KIND_PHASE, 1));
  assert_order (document, "wait before after expect");
  g_assert_true (tb_document_undo (document));
  assert_order (document, "wait before broken after expect expect");
}

static char *
refuse_orders (const TbModel *model, TbUid uid, gpointer data)
{
  const char *of = tb_element_get (tb_model_get (model, uid), TB_PROP_KILL);
  return g_strcmp0 (of, "order") == 0 ? g_strdup ("nothing is called “order”") : NULL;
}

static void
test_what_cannot_be_changes_nothing (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  const TbScenarioEdit edit = { document, refuse_orders, NULL };
  TbUid kill = nth (document, TB_KIND_DO, 0), broken = nth (document, TB_KIND_PHASE, 1);
  const TbScenarioValue wrong[] = { { TB_PROP_AT, "3s" }, { TB_PROP_KILL, "order" } };
  const TbScenarioValue late[] = { { TB_PROP_AT, "30s" } }, nonsense[] = { { TB_PROP_AT, "soon" } };
  const TbScenarioValue good[] = { { TB_PROP_AT, "3s" }, { TB_PROP_FOR, "2s" }, { TB_PROP_KILL, "orders/1" } };
  g_assert_false (tb_scenario_change (&edit, kill, wrong, 2, &error));
  g_assert_cmpstr (error->message, ==, "nothing is called “order”");
  g_clear_error (&error);
  g_assert_false (tb_scenario_change (&edit, kill, late, 1, &error));
  g_clear_error (&error);
  g_assert_false (tb_scenario_change (&edit, kill, nonsense, 1, &error));
  g_assert_cmpstr (value (document, kill, TB_PROP_AT), ==, "1s");
  g_assert_null (tb_document_undo_label (document));
  g_clear_error (&error);
  g_assert_true (tb_scenario_change (&edit, kill, good, 3, &error));
  g_assert_cmpstr (value (document, kill, TB_PROP_KILL), ==, "orders/1");
  g_assert_cmpuint (tb_scenario_insert (&edit, TB_KIND_DO, broken, 0, wrong, 2, &error), ==, 0);
  g_clear_error (&error);
  const TbScenarioValue pause[] = { { TB_PROP_PAUSE, "orders/2" }, { TB_PROP_AT, "4s" } };
  g_assert_cmpuint (tb_scenario_insert (&edit, TB_KIND_DO, broken, 0, pause, 2, &error), !=, 0);
  g_assert_cmpuint (tb_scenario_insert (&edit, TB_KIND_DO, 0, 0, pause, 2, &error), ==, 0);
  g_assert_cmpstr (error->message, ==, "first choose the phase that it is done in");
  g_clear_error (&error);
  const TbScenarioValue expect[] = { { TB_PROP_THAT, "errors" } };
  g_assert_cmpuint (tb_scenario_insert (&edit, TB_KIND_EXPECT, nth (document, TB_KIND_SCENARIO, 0), 0, expect, 1, &error), !=, 0);
}

static void
test_parts_are_copied (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  const TbModel *model = tb_document_model (document);
  TbUid scenario = nth (document, TB_KIND_SCENARIO, 0), after = nth (document, TB_KIND_PHASE, 2);
  g_autofree char *phase = tb_scenario_copy (model, nth (document, TB_KIND_PHASE, 1));
  TbUid copy = tb_scenario_paste (document, scenario, after, phase, &error);
  assert_order (document, "wait before broken after broken-2 expect expect");
  g_assert_cmpuint (tb_element_n_children (tb_model_get (model, copy)), ==, 2);
  g_autofree char *action = tb_scenario_copy (model, nth (document, TB_KIND_DO, 1));
  copy = tb_scenario_paste (document, scenario, after, action, &error);
  g_assert_cmpstr (tb_element_id (tb_element_parent (tb_model_get (model, copy))), ==, "after");
  g_assert_cmpstr (value (document, copy, TB_PROP_LATENCY), ==, "20ms");
  g_autofree char *whole = tb_scenario_copy (model, scenario);
  copy = tb_scenario_paste (document, scenario, 0, whole, &error);
  g_assert_cmpstr (tb_element_id (tb_model_get (model, copy)), ==, "cut-2");
  g_assert_no_error (error);
  g_assert_cmpuint (tb_scenario_paste (document, scenario, 0, "shopping list", &error), ==, 0);
  g_assert_nonnull (error);
  for (guint i = 0; i < 3; i++)
    g_assert_true (tb_document_undo (document));
  g_autofree char *xml_after = tb_model_to_xml (model, NULL);
  g_autoptr (TbDocument) fresh = open_document ();
  g_autofree char *xml_before = tb_model_to_xml (tb_document_model (fresh), NULL);
  g_assert_cmpstr (xml_after, ==, xml_before);
}

static gboolean
has (char **names, const char *name)
{
  return g_strv_contains ((const char *const *) names, name);
}

static void
test_names_are_the_drawings (void)
{
  g_autoptr (TbDocument) document = open_document ();
  const TbModel *model = tb_document_model (document);
  g_auto (GStrv) struck = tb_scenario_names (model, TB_NAMES_OF_INSTANCES | TB_NAMES_OF_ROLES);
  g_auto (GStrv) clients = tb_scenario_names (model, TB_NAMES_OF_CLIENTS);
  g_auto (GStrv) links = tb_scenario_names (model, TB_NAMES_OF_LINKS);
  g_auto (GStrv) conditions = tb_scenario_conditions (model);
  g_auto (GStrv) phases = tb_scenario_phases (scenario_of (document));
  g_assert_true (has (struck, "orders/leader") && has (struck, "orders/3") && has (struck, "db-1"));
  g_assert_false (has (struck, "save") || has (struck, "orders/4"));
  g_assert_true (has (clients, "browser") && !has (clients, "orders"));
  g_assert_true (has (links, "save") && !has (links, "orders"));
  g_assert_true (has (conditions, "orders has leader") && has (conditions, "save carried 1000"));
  g_assert_cmpuint (g_strv_length (phases), ==, 3);
}

/* ---- The time line --------------------------------------------------------------------------- */

static TbScenarioLine *
line_of (TbDocument *document, const TbScenarioDrag *drag)
{
  const TbScenarioLineOptions options = { .px_per_s = 40, .drag = drag };
  return tb_scenario_line_new (tb_document_model (document), scenario_of (document), &options);
}

static const TbScenarioLineItem *
item_of (const TbScenarioLine *line, TbUid uid)
{
  guint i = tb_scenario_line_find (line, uid);
  g_assert_cmpuint (i, !=, G_MAXUINT);
  return tb_scenario_line_item (line, i);
}

static void
test_line_has_everything_in_its_place (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (TbScenarioLine) line = line_of (document, NULL);
  g_assert_cmpint (tb_scenario_line_length_ns (line), ==, 18 * TB_NS_PER_S);
  g_assert_cmpuint (tb_scenario_line_n_steps (line), ==, 4);
  const TbScenarioLineStep *wait = tb_scenario_line_step (line, 0), *broken = tb_scenario_line_step (line, 2);
  g_assert_true (wait->wait && wait->ns == 0 && wait->width > 0);
  g_assert_cmpfloat (broken->x, ==, wait->width + 120);
  const TbScenarioLineItem *kill = item_of (line, nth (document, TB_KIND_DO, 0));
  const TbScenarioLineItem *fault = item_of (line, nth (document, TB_KIND_DO, 1));
  const TbScenarioLineItem *heal = item_of (line, nth (document, TB_KIND_DO, 2));
  g_assert_cmpfloat (kill->rect.x, ==, broken->x + 40);
  g_assert_true (kill->open && !fault->open && heal->moment);
  g_assert_cmpint (kill->to_ns, ==, 18 * TB_NS_PER_S); /* no heal starts who was killed */
  g_assert_cmpint (fault->to_ns - fault->from_ns, ==, 3 * TB_NS_PER_S);
  g_assert_cmpfloat (fault->rect.width, ==, 120);
  const TbScenarioLineItem *during = item_of (line, nth (document, TB_KIND_EXPECT, 0));
  const TbScenarioLineItem *all = item_of (line, nth (document, TB_KIND_EXPECT, 1));
  g_assert_cmpfloat (during->rect.x, ==, broken->x);
  g_assert_cmpfloat (during->rect.width, ==, 400);
  g_assert_cmpfloat (all->rect.x, ==, 0);
  gint64 ns;
  g_assert_cmpuint (tb_scenario_line_at (line, broken->x + 80, &ns), ==, 2);
  g_assert_cmpint (ns, ==, 2 * TB_NS_PER_S);
  g_assert_cmpfloat (tb_scenario_line_x_of_time (line, 5 * TB_NS_PER_S), ==, broken->x + 80);
  TbScenarioLinePart part;
  guint hit = tb_scenario_line_hit (line, fault->rect.x + 20, fault->rect.y + 5, &part);
  g_assert_true (tb_scenario_line_item (line, hit) == fault && part == TB_LINE_PART_BODY);
  hit = tb_scenario_line_hit (line, fault->rect.x + 119, fault->rect.y + 5, &part);
  g_assert_true (tb_scenario_line_item (line, hit) == fault && part == TB_LINE_PART_END);
  g_assert_cmpuint (tb_scenario_line_hit (line, 5000, 5, &part), ==, G_MAXUINT);
}

static void
test_nothing_of_a_line_overlaps (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (GError) error = NULL;
  const TbScenarioEdit edit = { document, NULL, NULL };
  const TbScenarioValue values[] = { { TB_PROP_FAULT, "drop" }, { TB_PROP_OF, "save" }, { TB_PROP_AT, "2500ms" } };
  for (guint i = 0; i < 5; i++)
    tb_scenario_insert (&edit, TB_KIND_DO, nth (document, TB_KIND_PHASE, 1), 0, values, 3, &error);
  g_autoptr (TbScenarioLine) line = line_of (document, NULL);
  for (guint i = 0; i < tb_scenario_line_n_items (line); i++)
    for (guint k = 0; k < i; k++)
      {
        const TbRect *a = &tb_scenario_line_item (line, i)->rect, *b = &tb_scenario_line_item (line, k)->rect;
        gboolean apart = a->x + a->width <= b->x + 0.01 || b->x + b->width <= a->x + 0.01
                         || a->y + a->height <= b->y || b->y + b->height <= a->y;
        g_assert_true (apart);
      }
}

static void
drag (TbDocument *document, double x, double y, double to_x, gboolean good)
{
  g_autoptr (TbScenarioLine) line = line_of (document, NULL);
  g_autoptr (GError) error = NULL;
  TbScenarioTool tool;
  g_assert_true (tb_scenario_tool_press (&tool, line, x, y));
  for (guint i = 1; i <= 4; i++)
    tb_scenario_tool_motion (&tool, tb_document_model (document), line, x + (to_x - x) * i / 4, FALSE);
  g_assert_true (tb_scenario_tool_release (&tool, document, &error) == good);
}

static void
test_drags_are_one_step_each (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (TbScenarioLine) line = line_of (document, NULL);
  TbUid broken = nth (document, TB_KIND_PHASE, 1), fault = nth (document, TB_KIND_DO, 1);
  TbRect r = item_of (line, broken)->rect;
  drag (document, r.x + r.width - 2, r.y + 5, r.x + r.width - 2 + 41, TRUE);
  g_assert_cmpstr (value (document, broken, TB_PROP_LASTS), ==, "11s");
  g_assert_true (tb_document_undo (document));
  drag (document, r.x + r.width - 2, r.y + 5, 0, TRUE); /* as far as it can */
  g_assert_cmpstr (value (document, broken, TB_PROP_LASTS), ==, "2100ms");
  g_assert_true (tb_document_undo (document));
  r = item_of (line, fault)->rect;
  drag (document, r.x + 20, r.y + 5, r.x + 20 + 81, TRUE);
  g_assert_cmpstr (value (document, fault, TB_PROP_AT), ==, "4s");
  g_assert_true (tb_document_undo (document));
  drag (document, r.x + 20, r.y + 5, r.x + 20 - 100, TRUE); /* into the phase before */
  g_assert_cmpstr (tb_element_id (tb_element_parent (tb_model_get (tb_document_model (document), fault))), ==, "before");
  g_assert_cmpstr (value (document, fault, TB_PROP_AT), ==, "2500ms");
  g_assert_true (tb_document_undo (document));
  drag (document, r.x + r.width - 1, r.y + 5, r.x + r.width + 39, TRUE);
  g_assert_cmpstr (value (document, fault, TB_PROP_FOR), ==, "4s");
  g_assert_true (tb_document_undo (document));
  r = item_of (line, broken)->rect;
  drag (document, r.x + 100, r.y + 5, 70, TRUE); /* before the first phase, behind the wait */
  assert_order (document, "wait broken before after expect expect");
  g_assert_true (tb_document_undo (document));
  g_assert_null (tb_document_undo_label (document));
}

static void
test_drag_that_is_dropped_leaves_no_trace (void)
{
  g_autoptr (TbDocument) document = open_document ();
  g_autoptr (TbScenarioLine) line = line_of (document, NULL);
  TbScenarioTool tool;
  TbRect r = item_of (line, nth (document, TB_KIND_PHASE, 1))->rect;
  g_assert_true (tb_scenario_tool_press (&tool, line, r.x + r.width - 2, r.y + 5));
  g_assert_true (tb_scenario_tool_motion (&tool, tb_document_model (document), line, r.x + 600, FALSE));
  g_autoptr (TbScenarioLine) dragged = line_of (document, &tool.drag);
  g_assert_cmpfloat (tb_scenario_line_width (dragged), >, tb_scenario_line_width (line));
  tb_scenario_tool_cancel (&tool);
  g_assert_null (tb_document_undo_label (document));
  g_assert_false (tb_scenario_tool_press (&tool, line, 5000, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/scenario/phases-come", test_phases_come_in_their_places);
  g_test_add_func ("/edit/scenario/new", test_new_scenario_stands_before_views);
  g_test_add_func ("/edit/scenario/order", test_order_changes);
  g_test_add_func ("/edit/scenario/phase-ends", test_phase_ends_behind_what_is_done_in_it);
  g_test_add_func ("/edit/scenario/actions-go", test_actions_go_from_phase_to_phase);
  g_test_add_func ("/edit/scenario/phase-goes", test_phase_goes_with_what_is_expected_of_it);
  g_test_add_func ("/edit/scenario/impossible", test_what_cannot_be_changes_nothing);
  g_test_add_func ("/edit/scenario/copied", test_parts_are_copied);
  g_test_add_func ("/edit/scenario/names", test_names_are_the_drawings);
  g_test_add_func ("/edit/scenario/line", test_line_has_everything_in_its_place);
  g_test_add_func ("/edit/scenario/apart", test_nothing_of_a_line_overlaps);
  g_test_add_func ("/edit/scenario/drags", test_drags_are_one_step_each);
  g_test_add_func ("/edit/scenario/dropped", test_drag_that_is_dropped_leaves_no_trace);
  return g_test_run ();
}
