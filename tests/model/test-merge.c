/* Three-way merge: what both made of one base, together; what cannot be is marked, never dropped. */
#include "model-test.h"

#include "tb-diff.h"

typedef struct
{
  char *xml; /* what is in the merged architecture */
  GPtrArray *conflicts;
} Merged;

static TbDocument *
read_inner (const char *inner)
{
  g_autofree char *xml = g_strconcat (OPEN, inner, "</architecture>", NULL);
  return read_good (xml);
}

/* What came out reads back to the same bytes, and what is wrong with it are the conflicts. */
static void
check_merged (const TbModel *model, const GPtrArray *conflicts)
{
  g_autofree char *xml = tb_model_to_xml (model, NULL);
  g_autoptr (TbDocument) again = read_good (xml);
  g_autofree char *second = xml_of (again);
  g_assert_cmpstr (second, ==, xml);
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (again), problems);
  guint marks = 0;
  for (guint i = 0; i < problems->len; i++)
    marks += g_str_equal (((const TbProblem *) problems->pdata[i])->rule, "conflict");
  g_assert_cmpuint (marks, ==, conflicts->len);
}

static Merged
merge (const char *base, const char *ours, const char *theirs, TbMergeFlags flags)
{
  g_autoptr (TbDocument) b = read_inner (base);
  g_autoptr (TbDocument) o = read_inner (ours);
  g_autoptr (TbDocument) t = read_inner (theirs);
  Merged merged = { NULL, NULL };
  g_autoptr (TbModel) model = tb_model_merge (tb_document_model (b), tb_document_model (o),
                                              tb_document_model (t), flags, &merged.conflicts);
  check_merged (model, merged.conflicts);
  merged.xml = tb_model_to_xml (model, NULL);
  return merged;
}

static void
merged_clear (Merged *merged)
{
  g_free (merged->xml);
  g_ptr_array_unref (merged->conflicts);
}

static void
assert_merges (const char *base, const char *ours, const char *theirs, const char *expected)
{
  Merged merged = merge (base, ours, theirs, TB_MERGE_MARK_ALL);
  g_autoptr (TbDocument) wanted = read_inner (expected);
  g_autofree char *xml = xml_of (wanted);
  for (guint i = 0; i < merged.conflicts->len; i++)
    g_test_message ("%s", ((const TbConflict *) merged.conflicts->pdata[i])->message);
  g_assert_cmpstr (merged.xml, ==, xml);
  g_assert_cmpuint (merged.conflicts->len, ==, 0);
  merged_clear (&merged);
}

/* One conflict of that kind, whose message and whose mark hold those words. */
static void
assert_conflicts (const char *base, const char *ours, const char *theirs, TbConflictKind kind,
                  const char *words, const char *mark)
{
  Merged merged = merge (base, ours, theirs, TB_MERGE_MARK_ALL);
  for (guint i = 0; i < merged.conflicts->len; i++)
    g_test_message ("%s", ((const TbConflict *) merged.conflicts->pdata[i])->message);
  g_assert_cmpuint (merged.conflicts->len, ==, 1);
  const TbConflict *conflict = merged.conflicts->pdata[0];
  g_assert_cmpint (conflict->kind, ==, kind);
  if (strstr (conflict->message, words) == NULL)
    g_error ("“%s” lacks “%s”", conflict->message, words);
  if (strstr (merged.xml, mark) == NULL)
    g_error ("“%s” lacks “%s”", merged.xml, mark);
  merged_clear (&merged);
}

#define A "<component id='a' kind='client'/>"
#define B "<component id='b' kind='server'/>"
#define C "<component id='c' kind='store'/>"
#define NS "xmlns=\"urn:tierboard:merge\" "

static void
test_what_one_side_changed_is_taken (void)
{
  assert_merges (A B, A B, A B, A B);
  assert_merges (A B, "<component id='a' kind='cache'/>" B, A B, "<component id='a' kind='cache'/>" B);
  assert_merges (A B, A B, "<component id='a' kind='cache'/>" B, "<component id='a' kind='cache'/>" B);
  assert_merges (A B, A, A B, A);
  assert_merges (A B, A B, A, A);
  assert_merges (A, A B, A C, A B C);
  assert_merges (A B, A, B, "");
}

static void
test_different_attributes_of_one_element_go_together (void)
{
  assert_merges ("<component id='a' kind='server' replicas='2'/>",
                 "<component id='a' kind='server' replicas='3'/>",
                 "<component id='a' kind='server' replicas='2' name='A'/>",
                 "<component id='a' kind='server' replicas='3' name='A'/>");
}

static void
test_the_same_change_is_one (void)
{
  assert_merges (A, A B, A B, A B);
  assert_merges (A, "<component id='a' kind='cache'/>", "<component id='a' kind='cache'/>",
                 "<component id='a' kind='cache'/>");
  assert_merges (A "<view id='v'/>", A "<view id='v'><place of='a' x='1' y='2'/></view>",
                 A "<view id='v'><place of='a' x='1' y='2'/></view>",
                 A "<view id='v'><place of='a' x='1' y='2'/></view>");
}

static void
test_two_values_are_a_conflict (void)
{
  assert_conflicts ("<component id='a' kind='server' replicas='2'/>",
                    "<component id='a' kind='server' replicas='3'/>",
                    "<component id='a' kind='server' replicas='5'/>", TB_CONFLICT_VALUE,
                    "component a: replicas is 3 in ours and 5 in theirs (2 before)",
                    "<conflict " NS "property=\"replicas\" base=\"2\" ours=\"3\" theirs=\"5\"/>\n"
                    "  <component id=\"a\" kind=\"server\" replicas=\"3\"/>");
}

static void
test_a_conflict_of_the_whole_stands_at_its_end (void)
{
  g_autoptr (TbDocument) b = read_good ("<architecture xmlns='urn:tierboard:1' name='B'/>");
  g_autoptr (TbDocument) o = read_good ("<architecture xmlns='urn:tierboard:1' name='O'/>");
  g_autoptr (TbDocument) t = read_good ("<architecture xmlns='urn:tierboard:1' name='T'/>");
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (TbModel) merged
    = tb_model_merge (tb_document_model (b), tb_document_model (o), tb_document_model (t),
                      TB_MERGE_MARK_ALL, &conflicts);
  g_assert_cmpuint (conflicts->len, ==, 1);
  check_merged (merged, conflicts);
}

static void
test_tags_are_a_set (void)
{
  assert_merges ("<component id='a' kind='server' tags='x y'/>",
                 "<component id='a' kind='server' tags='x y mine'/>",
                 "<component id='a' kind='server' tags='y theirs'/>",
                 "<component id='a' kind='server' tags='y mine theirs'/>");
}

static void
test_both_add_one_id (void)
{
  assert_merges ("", "<component id='a' kind='server' replicas='2'/>",
                 "<component id='a' kind='server' name='A'/>",
                 "<component id='a' kind='server' name='A' replicas='2'/>");
  assert_conflicts ("", A, "<component id='a' kind='store'/>", TB_CONFLICT_VALUE,
                    "kind is client in ours and store in theirs", "theirs=\"store\"");
  assert_conflicts ("", A, "<tier id='a' name='Theirs'/>", TB_CONFLICT_ADDED,
                    "component a: in theirs it is a tier",
                    "added=\"theirs\">\n<tier id=\"a\" name=\"Theirs\"/>\n</conflict>");
}

static void
test_removed_against_changed_stays (void)
{
  const char *changed = A "<component id='b' kind='server' replicas='3'/>";
  assert_conflicts (A B, changed, A, TB_CONFLICT_DELETED, "removed in theirs, but changed in ours",
                    "<conflict " NS "deleted=\"theirs\"/>\n  <component id=\"b\"");
  assert_conflicts (A B, A, changed, TB_CONFLICT_DELETED, "removed in ours, but changed in theirs",
                    "<conflict " NS "deleted=\"ours\"/>\n  <component id=\"b\"");
  assert_conflicts (A "<component id='b' kind='server'><service name='s'/></component>", A,
                    A "<component id='b' kind='server'><service name='s'/><service name='t'/></component>",
                    TB_CONFLICT_DELETED, "changed in theirs", "<service name=\"t\"/>");
}

static void
test_removed_against_used_stays (void)
{
  const char *linked = A B "<link id='l' from='a' to='b'/>";
  assert_conflicts (A B, linked, A, TB_CONFLICT_DELETED,
                    "component b: removed in theirs, but link l uses it in ours",
                    "deleted=\"theirs\" used-by=\"link l\"");
  assert_conflicts (A B, A, linked, TB_CONFLICT_DELETED,
                    "component b: removed in ours, but link l uses it in theirs",
                    "deleted=\"ours\" used-by=\"link l\"");
  assert_conflicts ("<tier id='t'/>" A, A, "<tier id='t'/><component id='a' kind='client' tier='t'/>",
                    TB_CONFLICT_DELETED, "tier t: removed in ours, but component a uses it", "<tier");
}

static void
test_what_is_removed_with_its_links_and_places_goes (void)
{
#define VIEW(inner) "<view id='v'>" inner "</view>"
  const char *base = A B "<link id='l' from='a' to='b'/>"
                     VIEW ("<place of='a' x='1' y='1'/><place of='b' x='2' y='2'/>");
  const char *moved = A B "<link id='l' from='a' to='b'/>"
                      VIEW ("<place of='a' x='1' y='1'/><place of='b' x='9' y='9'/>");
  const char *removed = A VIEW ("<place of='a' x='1' y='1'/>");
  assert_merges (base, removed, moved, removed);
  assert_merges (base, moved, removed, removed);
}

static void
test_a_device_moves_while_its_tier_goes (void)
{
  const char *base = "<tier id='t'><device id='d'/></tier><tier id='u'/>";
  const char *moved = "<tier id='u'><device id='d'/></tier>";
  assert_merges (base, base, moved, moved);
  assert_merges (base, moved, base, moved);
  assert_conflicts ("<tier id='t'><device id='d'/></tier><tier id='u'/><tier id='w'/>",
                    "<tier id='t'/><tier id='u'><device id='d'/></tier><tier id='w'/>",
                    "<tier id='t'/><tier id='u'/><tier id='w'><device id='d'/></tier>",
                    TB_CONFLICT_CONTAINER, "it is in u in ours and in w in theirs",
                    "property=\"parent\" base=\"t\" ours=\"u\" theirs=\"w\"");
}

static void
test_a_tier_that_got_a_device_is_not_removed (void)
{
  Merged merged = merge ("<tier id='t'><device id='d'/></tier><tier id='u'/><tier id='w'/>",
                         "<tier id='t'/><tier id='u'/><tier id='w'><device id='d'/></tier>",
                         "<tier id='t'/><tier id='u'><device id='d'/></tier>", TB_MERGE_MARK_ALL);
  g_assert_cmpuint (merged.conflicts->len, ==, 2); /* where the device is, and the tier */
  g_assert_nonnull (strstr (merged.xml, "<device id=\"d\"/>"));
  merged_clear (&merged);
}

static void
test_places_are_merged_as_wholes (void)
{
  const char *base = A B VIEW ("<place of='a' x='1' y='1'/><place of='b' x='2' y='2'/>");
  const char *a_moved = A B VIEW ("<place of='a' x='5' y='1'/><place of='b' x='2' y='2'/>");
  const char *b_moved = A B VIEW ("<place of='a' x='1' y='1'/><place of='b' x='7' y='2'/>");
  const char *a_else = A B VIEW ("<place of='a' x='1' y='8'/><place of='b' x='2' y='2'/>");
  assert_merges (base, a_moved, b_moved,
                 A B VIEW ("<place of='a' x='5' y='1'/><place of='b' x='7' y='2'/>"));
  assert_conflicts (base, a_moved, a_else, TB_CONFLICT_PLACE,
                    "view v, place a: its position is 5 1 in ours and 1 8 in theirs (1 1 before)",
                    "property=\"position\" base=\"1 1\" ours=\"5 1\" theirs=\"1 8\"");
  Merged merged = merge (base, a_moved, a_else, TB_MERGE_PLACES_OURS);
  g_assert_cmpuint (merged.conflicts->len, ==, 0);
  g_assert_nonnull (strstr (merged.xml, "x=\"5\" y=\"1\""));
  merged_clear (&merged);
}

static void
test_bends_are_one_value (void)
{
#define L A B "<link id='l' from='a' to='b'/>"
#define ROUTE(bends) L VIEW ("<route of='l'>" bends "</route>")
  const char *base = ROUTE ("<bend x='1' y='1'/>");
  const char *ours = ROUTE ("<bend x='1' y='1'/><bend x='2' y='1'/>");
  const char *theirs = ROUTE ("<bend x='7' y='1'/>");
  assert_merges (base, base, theirs, theirs);
  assert_merges (base, ours, base, ours);
  assert_conflicts (base, ours, theirs, TB_CONFLICT_PLACE, "its bends is 1,1 2,1 in ours",
                    "property=\"bends\" base=\"1,1\" ours=\"1,1 2,1\" theirs=\"7,1\"");
}

static void
test_order_is_taken_from_who_changed_it (void)
{
#define LAYER(id) "<layer id='" id "'/>"
#define ABC LAYER ("a") LAYER ("b") LAYER ("c")
#define CAB LAYER ("c") LAYER ("a") LAYER ("b")
#define BAC LAYER ("b") LAYER ("a") LAYER ("c")
  assert_merges (ABC, CAB, ABC, CAB);
  assert_merges (ABC, ABC, CAB, CAB);
  assert_merges (ABC, CAB, CAB, CAB);
  assert_merges (ABC, ABC LAYER ("n"), CAB, LAYER ("c") LAYER ("a") LAYER ("b") LAYER ("n"));
  assert_merges (LAYER ("a") LAYER ("b") "<tier id='t'/><tier id='u'/>",
                 LAYER ("b") LAYER ("a") "<tier id='t'/><tier id='u'/>",
                 LAYER ("a") LAYER ("b") "<tier id='u'/><tier id='t'/>",
                 LAYER ("b") LAYER ("a") "<tier id='u'/><tier id='t'/>");
  assert_conflicts (ABC, CAB, BAC, TB_CONFLICT_ORDER, "c a b in ours, b a c in theirs",
                    "order=\"layer\" base=\"a b c\" ours=\"c a b\" theirs=\"b a c\"");
}

static void
test_steps_and_calls_are_kept_apart (void)
{
#define STEPS(inner) L "<interaction id='i'>" inner "</interaction>"
  const char *base = STEPS ("<step link='l' label='1'/>");
  assert_merges (base, STEPS ("<step link='l' label='0'/><step link='l' label='1'/>"),
                 STEPS ("<step link='l' label='1'/><step link='l' label='2'/>"),
                 STEPS ("<step link='l' label='0'/><step link='l' label='1'/><step link='l' label='2'/>"));
}

static void
test_comments_of_both_are_kept (void)
{
  assert_merges ("<!-- old -->" A, "<!-- old --><!-- mine -->" A, "<!-- theirs -->" A,
                 "<!-- mine --><!-- theirs -->" A);
  assert_merges (A, "<x:y xmlns:x='urn:x'/>" A, A "<!-- end -->", "<x:y xmlns:x='urn:x'/>" A "<!-- end -->");
}

static void
test_marks_stay_until_they_are_removed (void)
{
  Merged merged = merge (A, "<component id='a' kind='cache'/>", "<component id='a' kind='store'/>",
                         TB_MERGE_MARK_ALL);
  g_autoptr (TbDocument) document = read_good (merged.xml);
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (document), problems);
  const TbProblem *problem = find_problem (problems, "conflict");
  g_assert_nonnull (problem);
  g_assert_cmpint (problem->severity, ==, TB_SEVERITY_ERROR);
  g_assert_cmpuint (problem->uid, ==, uid_of (document, "a"));
  g_assert_nonnull (strstr (problem->message,
                            "kind is “cache” here, “store” in the other version and was “client”"));
  merged_clear (&merged);
}

static void
test_words_of_any_mark_are_harmless (void)
{
  static const char *const marks[]
      = { "<conflict xmlns='urn:tierboard:merge'/>", "<conflict  xmlns=\"urn:tierboard:merge\"/>",
          "<conflict xmlns=\"urn:tierboard:merge\" property=\"&amp;&#10;&lt;\" ours=\"\"/>",
          "<conflict xmlns=\"urn:tierboard:merge\" deleted=''/>",
          "<conflict xmlns=\"urn:tierboard:merge\" order=\"&#9;\" theirs=\"é\">x</conflict>" };
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *xml = g_strconcat (OPEN, "<!-- c -->", marks[i], A, "</architecture>", NULL);
      g_autoptr (TbDocument) document = read_good (xml);
      g_autoptr (GPtrArray) problems = tb_problems_new ();
      tb_model_validate (tb_document_model (document), problems);
      g_assert_nonnull (find_problem (problems, "conflict"));
    }
}

static void
test_others_conflicts_are_theirs (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN "<conflict xmlns='urn:other'/><conflicts xmlns='urn:tierboard:merge'/>" A
                      "</architecture>");
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (document), problems);
  g_assert_null (find_problem (problems, "conflict"));
}

/* ---- Settling -------------------------------------------------------------------------------- */

static TbDocument *
merged_document (const char *base, const char *ours, const char *theirs)
{
  Merged merged = merge (base, ours, theirs, TB_MERGE_MARK_ALL);
  g_assert_cmpuint (merged.conflicts->len, >, 0);
  TbDocument *document = read_good (merged.xml);
  merged_clear (&merged);
  return document;
}

/* What stands after keeping ours, and after taking theirs; each is one step that can be undone. */
static void
assert_settles (const char *base, const char *ours, const char *theirs, const char *kept,
                const char *taken)
{
  const char *const expected[] = { kept, taken };
  for (guint take = 0; take < 2; take++)
    {
      g_autoptr (TbDocument) document = merged_document (base, ours, theirs);
      g_autoptr (TbDocument) wanted = read_inner (expected[take]);
      g_autofree char *before = xml_of (document), *good = xml_of (wanted);
      g_assert_true (tb_model_has_conflicts (tb_document_model (document), NULL, 0));
      tb_document_begin (document, "Settle", NULL);
      TbSettled settled = tb_document_settle (document, NULL, 0, take == 1);
      tb_document_commit (document);
      g_autofree char *now = xml_of (document);
      g_assert_cmpstr (now, ==, good);
      g_assert_cmpuint (settled.done, >, 0);
      g_assert_cmpuint (settled.left, ==, 0);
      g_assert_false (tb_model_has_conflicts (tb_document_model (document), NULL, 0));
      g_assert_true (tb_document_undo (document));
      g_autofree char *again = xml_of (document);
      g_assert_cmpstr (again, ==, before);
    }
}

#define SERVER(attributes) "<component id='a' kind='server' " attributes "/>"
#define AT(x, y) "<view id='v'><place of='a' x='" x "' y='" y "'/></view>"

static void
test_ours_is_kept_or_theirs_is_taken (void)
{
  assert_settles (SERVER ("replicas='2'"), SERVER ("replicas='3'"), SERVER ("replicas='5'"),
                  SERVER ("replicas='3'"), SERVER ("replicas='5'"));
  assert_settles (SERVER ("name='A'"), SERVER ("name='B &amp; C'"), SERVER (""),
                  SERVER ("name='B &amp; C'"), SERVER (""));
  assert_settles (A AT ("0", "0"), A AT ("20", "0"), A AT ("40", "60"), A AT ("20", "0"),
                  A AT ("40", "60"));
}

static void
test_what_one_removed_goes_or_stays (void)
{
  assert_settles (A B, A "<component id='b' kind='cache'/>", A,
                  A "<component id='b' kind='cache'/>", A);
  assert_settles (A B, A, A "<component id='b' kind='cache'/>", A,
                  A "<component id='b' kind='cache'/>");
}

static void
test_only_what_is_meant_is_settled (void)
{
  g_autoptr (TbDocument) document = merged_document (
      SERVER ("replicas='2'") B AT ("0", "0"), SERVER ("replicas='3'") "<component id='b' kind='cache'/>" AT ("20", "0"),
      SERVER ("replicas='5'") "<component id='b' kind='store'/>" AT ("40", "60"));
  TbUid a = tb_element_uid (tb_model_lookup (tb_document_model (document), "a"));
  TbUid b = tb_element_uid (tb_model_lookup (tb_document_model (document), "b"));
  tb_document_begin (document, "Settle", NULL);
  TbSettled settled = tb_document_settle (document, &a, 1, TRUE);
  tb_document_commit (document);
  g_assert_cmpuint (settled.done, ==, 2); /* its own and its place's */
  g_assert_false (tb_model_has_conflicts (tb_document_model (document), &a, 1));
  g_assert_true (tb_model_has_conflicts (tb_document_model (document), &b, 1));
}

static void
test_what_a_mark_cannot_tell_is_left (void)
{
  g_autoptr (TbDocument) document = merged_document (A, A B, A "<tier id='b'/>");
  tb_document_begin (document, "Settle", NULL);
  TbSettled settled = tb_document_settle (document, NULL, 0, TRUE);
  tb_document_commit (document);
  g_assert_cmpuint (settled.left, ==, 1);
  g_assert_true (tb_model_has_conflicts (tb_document_model (document), NULL, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/merge/" #name, test_##name)
  TEST (what_one_side_changed_is_taken);
  TEST (different_attributes_of_one_element_go_together);
  TEST (the_same_change_is_one);
  TEST (two_values_are_a_conflict);
  TEST (a_conflict_of_the_whole_stands_at_its_end);
  TEST (tags_are_a_set);
  TEST (both_add_one_id);
  TEST (removed_against_changed_stays);
  TEST (removed_against_used_stays);
  TEST (what_is_removed_with_its_links_and_places_goes);
  TEST (a_device_moves_while_its_tier_goes);
  TEST (a_tier_that_got_a_device_is_not_removed);
  TEST (places_are_merged_as_wholes);
  TEST (bends_are_one_value);
  TEST (order_is_taken_from_who_changed_it);
  TEST (steps_and_calls_are_kept_apart);
  TEST (comments_of_both_are_kept);
  TEST (marks_stay_until_they_are_removed);
  TEST (words_of_any_mark_are_harmless);
  TEST (others_conflicts_are_theirs);
  TEST (ours_is_kept_or_theirs_is_taken);
  TEST (what_one_removed_goes_or_stays);
  TEST (only_what_is_meant_is_settled);
  TEST (what_a_mark_cannot_tell_is_left);
  return g_test_run ();
}
