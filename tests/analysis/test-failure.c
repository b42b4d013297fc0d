/* What stops when parts fail, and how much of the time a client is answered: published figures, and small random
 * drawings of which every state is tried. */
#include <math.h>
#include <string.h>

#include "made-failing.h"

#define CLIENT "<component id=\"c\" kind=\"client\" name=\"Client\"/>"

static double
up_of (const Drawn *drawn, const char *id)
{
  TbUptime a;
  tb_failure_availability (drawn->failure, uid_of (drawn, id), &a);
  g_assert_true (a.exact);
  return a.up;
}

static char *
name_of_part (const Drawn *drawn, const TbPart *part)
{
  const char *id = tb_element_id (tb_model_get (drawn->model, part->uid));
  return part->replica > 0 ? g_strdup_printf ("%s/%u", id, part->replica) : g_strdup (id);
}

static void
assert_singles (const Drawn *drawn, const char *expected)
{
  guint n;
  g_autoptr (GString) text = g_string_new (NULL);
  const TbPart *parts = tb_failure_single_points (drawn->failure, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = name_of_part (drawn, &parts[i]);
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", name);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_pairs (const Drawn *drawn, const char *expected)
{
  guint n;
  g_autoptr (GString) text = g_string_new (NULL);
  const TbPartPair *pairs = tb_failure_pairs (drawn->failure, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *a = name_of_part (drawn, &pairs[i].a), *b = name_of_part (drawn, &pairs[i].b);
      g_string_append_printf (text, "%s%s+%s", i > 0 ? " " : "", a, b);
    }
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_false (tb_failure_has_more_pairs (drawn->failure));
}

static void
assert_without (const Drawn *drawn, const char *part_name, const char *expected)
{
  TbPart part;
  g_assert_true (tb_part_from_name (drawn->model, part_name, &part));
  g_autofree char *text = tb_failure_without_text (drawn->failure, &part, 1);
  g_assert_cmpstr (text, ==, expected);
}

/* ---- Published figures (theory.md, section 2) ------------------------------------------------------- */

static void
test_a1_hard_dependencies_multiply (void)
{
  g_auto (Drawn) d = draw ("<component id=\"app\" kind=\"server\" name=\"App\" availability=\"99.99%\"/>"
                           "<component id=\"x\" kind=\"server\" name=\"X\" availability=\"99.99%\"/>"
                           "<component id=\"y\" kind=\"server\" name=\"Y\" availability=\"0.9999\"/>" CLIENT
                           "<link id=\"a\" from=\"c\" to=\"app\"/><link id=\"b\" from=\"app\" to=\"x\"/>"
                           "<link id=\"e\" from=\"app\" to=\"y\"/>");
  TbUptime a;
  tb_failure_availability (d.failure, uid_of (&d, "c"), &a);
  g_assert_cmpfloat_with_epsilon (a.up, 0.99970003, 5e-9);
  g_autofree char *text = tb_minutes_text (a.minutes_a_year);
  g_assert_cmpstr (text, ==, "2 h 37 min");
  tb_failure_availability (d.failure, uid_of (&d, "x"), &a);
  g_assert_cmpfloat_with_epsilon (a.minutes_a_year, 52.56, 0.005);
  g_assert_cmpuint (a.parts, ==, 1);
  g_assert_cmpuint (a.said, ==, 1);
}

#define REPLICAS(n, more) CLIENT "<component id=\"s\" kind=\"server\" name=\"S\" replicas=\"" n "\" " more "/>"
#define LINK(more) "<link id=\"l\" from=\"c\" to=\"s\" " more "/>"

static void
assert_up (const char *body, double expected, double within)
{
  g_auto (Drawn) d = draw (body);
  g_assert_cmpfloat_with_epsilon (up_of (&d, "c"), expected, within);
}

static void
test_a2_two_in_parallel (void)
{
  assert_up (REPLICAS ("2", "availability=\"99%\"") LINK (""), 0.9999, 1e-12);
  assert_up (REPLICAS ("2", "availability=\"99.9%\"") LINK (""), 0.999999, 1e-12);
}

static void
test_a3_time_between_failures (void)
{
  assert_up (REPLICAS ("1", "mtbf=\"100h\" mttr=\"5h\"") LINK (""), .952381, 5e-7);
  assert_up (REPLICAS ("3", "mtbf=\"100h\" mttr=\"5h\"") LINK ("needs=\"3\""), .863838, 5e-7);
  assert_up (REPLICAS ("3", "mtbf=\"100h\" mttr=\"5h\"") LINK (""), .999892, 5e-7);
}

#define STORE(n, builtin) CLIENT "<component id=\"s\" kind=\"store\" name=\"S\" replicas=\"" n "\" availability=\"0.99\">" \
                          "<builtin " builtin "/></component>"

static void
test_a4_majorities (void)
{
  assert_up (STORE ("3", "replication=\"raft\"") LINK (""), .999702, 5e-7);
  assert_up (STORE ("5", "replication=\"raft\"") LINK (""), .9999901, 5e-8);
  assert_up (STORE ("4", "replication=\"raft\"") LINK (""), .999408, 5e-7);
  assert_up (STORE ("3", "replication=\"quorum\"") LINK (""), .999702, 5e-7);
}

static void
test_a5_one_host_or_two (void)
{
  assert_up ("<tier id=\"t\"><device id=\"d\" availability=\"99.9%\"/></tier>"
             REPLICAS ("2", "availability=\"99%\" tier=\"t\"") LINK (""), .9989001, 5e-8);
  assert_up ("<tier id=\"t\"><device id=\"d\" availability=\"99.9%\"/><device id=\"e\" availability=\"99.9%\"/></tier>"
             REPLICAS ("2", "availability=\"99%\" tier=\"t\"") LINK (""), .9998792, 5e-8);
}

/* ---- What stops -------------------------------------------------------------------------------------- */

#define SHOP                                                                                                           \
  "<tier id=\"app\"><device id=\"app-1\" name=\"app-1\"/><device id=\"app-2\" name=\"app-2\"/></tier>" CLIENT                \
  "<component id=\"lb\" kind=\"balancer\" name=\"Balancer\"/>"                                                              \
  "<component id=\"shop\" kind=\"server\" name=\"Shop\" tier=\"app\" replicas=\"2\"/>"                                       \
  "<component id=\"db\" kind=\"store\" name=\"Orders\" replicas=\"3\"><builtin replication=\"raft\"/></component>"          \
  "<component id=\"mail\" kind=\"server\" name=\"Mailer\"/>"                                                               \
  "<link id=\"browse\" from=\"c\" to=\"lb\"/><link id=\"forward\" from=\"lb\" to=\"shop\"/>"                                 \
  "<link id=\"save\" from=\"shop\" to=\"db\"/><link id=\"notify\" from=\"shop\" to=\"mail\" call=\"async\"/>"

static void
test_says_what_stops (void)
{
  g_auto (Drawn) d = draw (SHOP);
  assert_without (&d, "db", "Without Orders, Client, Balancer and Shop stop.");
  assert_without (&d, "db/1", "Without replica 1 of Orders, everything goes on, 1 component with fewer replicas.");
  assert_without (&d, "mail", "Without Mailer, everything else goes on.");
  assert_without (&d, "app", "Without all of app, Client and Balancer stop.");
  assert_without (&d, "app-1", "Without the device app-1, everything goes on, 1 component with fewer replicas.");
  assert_without (&d, "save", "Without the link save, Client, Balancer and Shop stop.");
  assert_without (&d, "browse", "Without the link browse, Client cannot go on.");
}

static void
test_finds_single_points_and_pairs (void)
{
  g_auto (Drawn) d = draw (SHOP);
  assert_singles (&d, "lb");
  assert_pairs (&d, "shop/1+shop/2 shop/1+app-2 shop/2+app-1 app-1+app-2 db/1+db/2 db/1+db/3 db/2+db/3");
}

static void
test_replicas_on_one_device_are_one_part (void)
{
  g_auto (Drawn) d = draw ("<tier id=\"t\"><device id=\"d\"/></tier>" REPLICAS ("3", "tier=\"t\"") LINK (""));
  assert_singles (&d, "d");
  g_assert_cmpuint (tb_failure_common_device (d.failure, uid_of (&d, "s")), ==, uid_of (&d, "d"));
  g_auto (Drawn) e = draw ("<tier id=\"t\"><device id=\"d\"/><device id=\"e\"/></tier>" REPLICAS ("3", "tier=\"t\"") LINK (""));
  assert_singles (&e, "");
  g_assert_cmpuint (tb_failure_common_device (e.failure, uid_of (&e, "s")), ==, 0);
}

static void
test_who_reads_needs_less_than_who_writes (void)
{
  static const char body[] = CLIENT "<component id=\"s\" kind=\"store\" name=\"S\" replicas=\"2\">"
    "<template name=\"redis\"><param name=\"replication\" value=\"primary-backup\"/></template></component>"
    "<component id=\"r\" kind=\"client\" name=\"R\"><builtin><call link=\"k\" op=\"read\"/></builtin></component>"
    "<link id=\"k\" from=\"r\" to=\"s\"/>" LINK ("");
  g_auto (Drawn) d = draw (body);
  assert_without (&d, "s/1", "Without replica 1 of S, Client and S stop.");
  assert_without (&d, "s/2", "Without replica 2 of S, everything goes on, 1 component with fewer replicas.");
  assert_without (&d, "s", "Without S, Client and R stop.");
  assert_singles (&d, "s/1");
  assert_pairs (&d, "s/1+s/2");
}

/* Of the chain's reads the tail is what matters, of its writes everybody. */
static void
test_store_protocols_say_how_many_replicas_it_takes (void)
{
  static const struct
  {
    const char *builtin, *op, *singles;
  } rows[] = {
    { "replication=\"chain\"", "write", "s/1 s/2 s/3" },     { "replication=\"chain\"", "read", "s/3" },
    { "replication=\"all\"", "write", "s/1 s/2 s/3" },       { "replication=\"all\"", "read", "" },
    { "replication=\"gossip\"", "write", "" },             { "replication=\"primary-async\"", "write", "s/1" },
    { "replication=\"primary-sync\"", "write", "s/1 s/2 s/3" }, { "replication=\"primary-async\" failover=\"yes\"", "write", "" },
    { "replication=\"quorum\" r=\"1\" w=\"3\"", "write", "s/1 s/2 s/3" },
    { "replication=\"raft\"", "write", "" },               { "", "write", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf (
        "<component id=\"c\" kind=\"client\"><builtin><call link=\"l\" op=\"%s\"/></builtin></component>"
        "<component id=\"s\" kind=\"store\" replicas=\"3\"><builtin %s/></component>" LINK (""), rows[i].op, rows[i].builtin);
      g_auto (Drawn) d = draw (body);
      g_test_message ("%s %s", rows[i].builtin, rows[i].op);
      assert_singles (&d, rows[i].singles);
    }
}

static void
test_needs_says_how_many (void)
{
  g_auto (Drawn) none = draw (REPLICAS ("2", "") LINK ("needs=\"0\""));
  assert_singles (&none, "");
  g_auto (Drawn) both = draw (REPLICAS ("2", "") LINK ("needs=\"2\""));
  assert_singles (&both, "s/1 s/2");
  g_auto (Drawn) more = draw (REPLICAS ("2", "") LINK ("needs=\"7\""));
  assert_singles (&more, "s/1 s/2");
  g_auto (Drawn) async = draw (REPLICAS ("1", "") LINK ("call=\"async\" needs=\"1\""));
  assert_singles (&async, "s");
}

#define RACE                                                                                                        \
  "<component id=\"c\" kind=\"client\"><builtin><call link=\"x\"/><call link=\"y\" order=\"first\"/></builtin></component>" \
  "<component id=\"a\" kind=\"server\" availability=\"0.9\"/><component id=\"b\" kind=\"server\" availability=\"0.8\"/>"    \
  "<component id=\"z\" kind=\"server\" availability=\"0.5\"/>"                                                            \
  "<link id=\"x\" from=\"c\" to=\"a\"/><link id=\"y\" from=\"c\" to=\"b\"/>"                                                \
  "<link id=\"p\" from=\"a\" to=\"z\"/><link id=\"q\" from=\"b\" to=\"z\"/>"

static void
test_of_calls_made_at_once_the_first_is_enough (void)
{
  g_auto (Drawn) d = draw (RACE);
  assert_singles (&d, "z");
  assert_pairs (&d, "a+b");
  g_assert_cmpfloat_with_epsilon (up_of (&d, "c"), 0.5 * (1 - 0.1 * 0.2), 1e-12);
}

static void
test_a_circle_is_up_while_nothing_of_it_fails (void)
{
  g_auto (Drawn) d = draw (CLIENT "<component id=\"s\" kind=\"server\" availability=\"0.9\"/>"
                                  "<component id=\"t\" kind=\"server\" availability=\"0.9\"/>"
                                  "<link id=\"l\" from=\"c\" to=\"s\"/><link id=\"m\" from=\"s\" to=\"t\"/>"
                                  "<link id=\"n\" from=\"t\" to=\"s\"/>");
  assert_singles (&d, "s t");
  g_assert_cmpfloat_with_epsilon (up_of (&d, "c"), 0.81, 1e-12);
}

static void
test_parts_of_one_name_are_told_apart (void)
{
  g_auto (Drawn) d = draw (CLIENT "<component id=\"s\" kind=\"server\" name=\"Same\"/>"
                                  "<component id=\"t\" kind=\"server\" name=\"Same\"/>"
                                  "<link id=\"l\" from=\"c\" to=\"s\"/><link id=\"m\" from=\"s\" to=\"t\"/>");
  g_autofree char *text = tb_failure_single_points_text (d.failure);
  g_assert_cmpstr (text, ==, "2 single points of failure: Same (s) and Same (t).");
}

/* Who does not say what it calls says by the way of the data whether it reads. */
static void
test_the_flow_of_data_says_whether_it_is_read (void)
{
  static const char store[] = CLIENT "<component id=\"s\" kind=\"store\" replicas=\"2\"><template name=\"postgresql\"/></component>";
  g_autofree char *reads = g_strconcat (store, LINK ("flow=\"reply\""), NULL), *writes = g_strconcat (store, LINK ("flow=\"request\""), NULL);
  g_auto (Drawn) reader = draw (reads);
  assert_singles (&reader, "");
  g_auto (Drawn) writer = draw (writes);
  assert_singles (&writer, "s/1");
}

static void
test_says_when_nothing_is_known (void)
{
  g_auto (Drawn) d = draw (REPLICAS ("2", "") LINK (""));
  TbUptime a;
  tb_failure_availability (d.failure, uid_of (&d, "c"), &a);
  g_autofree char *text = tb_uptime_text (&a);
  g_assert_cmpstr (text, ==, "Not known: nothing that it needs says how often it fails");
  g_auto (Drawn) e = draw (REPLICAS ("2", "availability=\"99%\"") "<component id=\"x\" kind=\"server\"/>"
                           "<link id=\"m\" from=\"s\" to=\"x\"/>" LINK (""));
  tb_failure_availability (e.failure, uid_of (&e, "c"), &a);
  g_autofree char *known = tb_uptime_text (&a);
  g_assert_cmpstr (known, ==, "99.99 %, down 53 min a year; 2 of 3 parts say how often they fail");
}

static void
test_an_empty_drawing_has_nothing_that_fails (void)
{
  g_auto (Drawn) d = draw ("");
  guint n;
  tb_failure_goals (d.failure, &n);
  g_assert_cmpuint (n, ==, 0);
  assert_singles (&d, "");
  assert_pairs (&d, "");
  g_assert_cmpfloat (tb_failure_availability (d.failure, 77, NULL), ==, 1);
}

/* ---- Every state of small drawings -------------------------------------------------------------------- */

static gboolean
stops_without (const MadeFailing *r, const Drawn *d, guint gone)
{
  TbPart parts[MADE_ATOMS_MAX];
  guint n = 0;
  for (guint i = 0; i < r->n_atoms; i++)
    if ((gone >> i & 1) != 0)
      parts[n++] = r->atoms[i].part;
  return tb_failure_state_without (d->failure, parts, n, uid_of (d, "c")) == TB_FAILURE_STOPS;
}

static gboolean
same_part (const Drawn *d, TbPart a, TbPart b)
{
  const TbElement *element = tb_model_get (d->model, a.uid);
  gboolean only = tb_element_kind (element) == TB_KIND_COMPONENT && tb_component_replicas (element) == 1;
  return a.uid == b.uid && (only || a.replica == b.replica);
}

static gboolean
has_single (const Drawn *d, TbPart part)
{
  guint n;
  const TbPart *singles = tb_failure_single_points (d->failure, &n);
  for (guint i = 0; i < n; i++)
    if (same_part (d, part, singles[i]))
      return TRUE;
  return FALSE;
}

static gboolean
has_pair (const Drawn *d, TbPart a, TbPart b)
{
  guint n;
  const TbPartPair *pairs = tb_failure_pairs (d->failure, &n);
  for (guint i = 0; i < n; i++)
    if ((same_part (d, a, pairs[i].a) && same_part (d, b, pairs[i].b)) || (same_part (d, a, pairs[i].b) && same_part (d, b, pairs[i].a)))
      return TRUE;
  return FALSE;
}

static void
check_cuts (const MadeFailing *r, const Drawn *d)
{
  for (guint i = 0; i < r->n_atoms; i++)
    {
      gboolean alone = stops_without (r, d, 1u << i);
      g_assert_cmpint (has_single (d, r->atoms[i].part), ==, alone);
      for (guint k = 0; k < i; k++)
        {
          gboolean minimal = !alone && !stops_without (r, d, 1u << k) && stops_without (r, d, 1u << i | 1u << k);
          g_assert_cmpint (has_pair (d, r->atoms[i].part, r->atoms[k].part), ==, minimal);
        }
    }
}

static void
test_agrees_with_every_state_of_random_drawings (void)
{
  TbRng rng;
  tb_rng_seed (&rng, (guint64) g_test_rand_int ());
  for (guint round = 0; round < 150; round++)
    {
      MadeFailing r;
      made_failing (&r, &rng);
      g_auto (Drawn) d = draw (r.body->str);
      double sum = 0;
      made_failing_atoms (&r, &d);
      for (guint gone = 0; gone < 1u << r.n_atoms; gone++)
        {
          double weight = 1;
          for (guint i = 0; i < r.n_atoms; i++)
            weight *= (gone >> i & 1) != 0 ? 1 - r.atoms[i].up : r.atoms[i].up;
          sum += stops_without (&r, &d, gone) ? 0 : weight;
        }
      TbUptime a;
      tb_failure_availability (d.failure, uid_of (&d, "c"), &a);
      g_test_message ("%s", r.body->str);
      if (a.exact)
        g_assert_cmpfloat_with_epsilon (a.up, sum, 1e-9);
      check_cuts (&r, &d);
      g_string_free (r.body, TRUE);
    }
}

#define SHARED 10u

/* Replicas that never fail, each on one of ten devices that do: wide tables, and every state of them can be tried.
 * up: of each device. (transfer full) */
static GString *
on_shared_devices (TbRng *rng, guint n_components, double up[SHARED])
{
  GString *body = g_string_new ("<tier id=\"t\">");
  for (guint i = 0; i < SHARED; i++)
    {
      guint percent = 50 + (guint) tb_rng_below (rng, 49);
      up[i] = percent / 100.0;
      g_string_append_printf (body, "<device id=\"d%u\" availability=\"%u%%\"/>", i, percent);
    }
  g_string_append (body, "</tier>" CLIENT);
  for (guint i = 0; i < n_components; i++)
    {
      guint n = 1 + (guint) tb_rng_below (rng, 4);
      g_string_append_printf (body, "<component id=\"s%u\" kind=\"server\" tier=\"t\" replicas=\"%u\">", i, n);
      for (guint k = 1; k <= n; k++)
        g_string_append_printf (body, "<on replica=\"%u\" device=\"d%u\"/>", k, (guint) tb_rng_below (rng, SHARED));
      g_string_append_printf (body, "</component><link id=\"l%u\" from=\"c\" to=\"s%u\"/>", i, i);
    }
  return body;
}

/* state: a bit for each device that is gone. */
static double
share_of_state (const Drawn *d, const double up[SHARED], guint state)
{
  TbPart parts[SHARED];
  double weight = 1;
  guint n = 0;
  for (guint i = 0; i < SHARED; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%u", i);
      gboolean gone = (state >> i & 1) != 0;
      weight *= gone ? 1 - up[i] : up[i];
      if (gone)
        parts[n++] = (TbPart){ uid_of (d, id), 0 };
    }
  return tb_failure_state_without (d->failure, parts, n, uid_of (d, "c")) == TB_FAILURE_STOPS ? 0 : weight;
}

static void
test_agrees_with_every_state_of_shared_devices (void)
{
  TbRng rng;
  tb_rng_seed (&rng, (guint64) g_test_rand_int ());
  for (guint round = 0; round < 12; round++)
    {
      double up[SHARED], sum = 0;
      g_autoptr (GString) body = on_shared_devices (&rng, 3 + round, up);
      g_auto (Drawn) d = draw (body->str);
      for (guint state = 0; state < 1u << SHARED; state++)
        sum += share_of_state (&d, up, state);
      g_test_message ("%s", body->str);
      g_assert_cmpfloat_with_epsilon (up_of (&d, "c"), sum, 1e-11);
    }
}

/* Two replicas of each on devices so entangled that no order of them is narrow; every client calls one of them, so
 * that the exact answer is known. */
static void
test_samples_what_is_too_entangled_and_says_so (void)
{
  TbRng rng;
  tb_rng_seed (&rng, 5);
  g_autoptr (GString) body = g_string_new ("<tier id=\"t\">");
  for (guint i = 0; i < 60; i++)
    g_string_append_printf (body, "<device id=\"d%u\" availability=\"0.999\"/>", i);
  g_string_append (body, "</tier>" CLIENT "<component id=\"k\" kind=\"client\"/>");
  for (guint i = 0; i < 300; i++)
    g_string_append_printf (body, "<component id=\"s%u\" kind=\"server\" tier=\"t\" replicas=\"2\" availability=\"0.99\">"
                            "<on replica=\"1\" device=\"d%u\"/><on replica=\"2\" device=\"d%u\"/></component>"
                            "<link id=\"l%u\" from=\"c\" to=\"s%u\"/>", i, (guint) tb_rng_below (&rng, 60),
                            (guint) tb_rng_below (&rng, 60), i, i);
  g_string_append (body, "<link id=\"one\" from=\"k\" to=\"s0\"/>");
  g_auto (Drawn) d = draw (body->str);
  TbUptime a, one;
  tb_failure_availability (d.failure, uid_of (&d, "c"), &a);
  tb_failure_availability (d.failure, uid_of (&d, "k"), &one);
  g_assert_false (a.exact);
  g_assert_true (one.exact);
  g_assert_cmpuint (a.samples, >, 0);
  g_assert_cmpfloat (a.low, <, a.up);
  g_assert_cmpfloat (a.high, >, a.up);
  g_assert_cmpfloat_with_epsilon (a.up, pow (1 - pow (1 - 0.99 * 0.999, 2), 300), 0.02);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure/a1-hard-dependencies-multiply", test_a1_hard_dependencies_multiply);
  g_test_add_func ("/failure/a2-two-in-parallel", test_a2_two_in_parallel);
  g_test_add_func ("/failure/a3-time-between-failures", test_a3_time_between_failures);
  g_test_add_func ("/failure/a4-majorities", test_a4_majorities);
  g_test_add_func ("/failure/a5-one-host-or-two", test_a5_one_host_or_two);
  g_test_add_func ("/failure/says-what-stops", test_says_what_stops);
  g_test_add_func ("/failure/finds-single-points-and-pairs", test_finds_single_points_and_pairs);
  g_test_add_func ("/failure/replicas-on-one-device-are-one-part", test_replicas_on_one_device_are_one_part);
  g_test_add_func ("/failure/who-reads-needs-less-than-who-writes", test_who_reads_needs_less_than_who_writes);
  g_test_add_func ("/failure/store-protocols-say-how-many-replicas-it-takes", test_store_protocols_say_how_many_replicas_it_takes);
  g_test_add_func ("/failure/needs-says-how-many", test_needs_says_how_many);
  g_test_add_func ("/failure/of-calls-made-at-once-the-first-is-enough", test_of_calls_made_at_once_the_first_is_enough);
  g_test_add_func ("/failure/a-circle-is-up-while-nothing-of-it-fails", test_a_circle_is_up_while_nothing_of_it_fails);
  g_test_add_func ("/failure/parts-of-one-name-are-told-apart", test_parts_of_one_name_are_told_apart);
  g_test_add_func ("/failure/the-flow-of-data-says-whether-it-is-read", test_the_flow_of_data_says_whether_it_is_read);
  g_test_add_func ("/failure/says-when-nothing-is-known", test_says_when_nothing_is_known);
  g_test_add_func ("/failure/an-empty-drawing-has-nothing-that-fails", test_an_empty_drawing_has_nothing_that_fails);
  g_test_add_func ("/failure/agrees-with-every-state-of-random-drawings", test_agrees_with_every_state_of_random_drawings);
  g_test_add_func ("/failure/agrees-with-every-state-of-shared-devices", test_agrees_with_every_state_of_shared_devices);
  g_test_add_func ("/failure/samples-what-is-too-entangled-and-says-so", test_samples_what_is_too_entangled_and_says_so);
  return g_test_run ();
}
