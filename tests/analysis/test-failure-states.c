/* Many states at once, and lots drawn of them, held to small random drawings whose states are gone through one by one. */
#include <math.h>

#include "made-failing.h"
#include "failure-private.h"

/* Of that atom in the analysis' own numbers. */
static guint
atom_of (const Drawn *d, const Atom *atom)
{
  guint component = tb_failure_component (d->failure, atom->part.uid);
  if (component != TB_NO_INDEX)
    return TB_COMPONENT (d->failure, component)->first + atom->part.replica - 1;
  for (guint i = 0; i < d->failure->devices->len; i++)
    if (TB_DEVICE (d->failure, i)->uid == atom->part.uid && TB_DEVICE (d->failure, i)->number == 0)
      return d->failure->instances->len + i;
  g_assert_not_reached ();
}

/* By component, whether it works without these atoms. */
static void
work_without (const MadeFailing *r, const Drawn *d, guint gone, gboolean *works)
{
  TbPart parts[MADE_ATOMS_MAX];
  g_autofree TbFailureState *states = g_new0 (TbFailureState, d->failure->components->len);
  guint n = 0;
  for (guint i = 0; i < r->n_atoms; i++)
    if ((gone >> i & 1) != 0)
      parts[n++] = r->atoms[i].part;
  tb_failure_states_without (d->failure, parts, n, states);
  for (guint i = 0; i < d->failure->components->len; i++)
    works[i] = states[i] < TB_FAILURE_STOPS;
}

static void
check_lanes (const MadeFailing *r, const Drawn *d, TbStates *states, TbRng *rng)
{
  guint n = d->failure->components->len, gone[TB_LANES];
  g_autofree gboolean *works = g_new (gboolean, n);
  tb_states_begin (d->failure, states);
  for (guint lane = 0; lane < TB_LANES; lane++)
    {
      gone[lane] = (guint) (tb_rng_next (rng) & tb_rng_next (rng)) & ((1u << r->n_atoms) - 1);
      for (guint i = 0; i < r->n_atoms; i++)
        if ((gone[lane] >> i & 1) != 0)
          tb_states_lose (d->failure, states, lane, atom_of (d, &r->atoms[i]));
    }
  tb_states_spread_losses (d->failure, states);
  for (guint lane = 0; lane < TB_LANES; lane++)
    {
      work_without (r, d, gone[lane], works);
      for (guint c = 0; c < n; c++)
        g_assert_cmpint (tb_states_work (states, c).word[lane / 64] >> lane % 64 & 1, ==, works[c]);
    }
}

/* Twice, so that nothing is left of what was asked before. */
static void
test_each_lane_is_a_state (void)
{
  TbRng rng;
  tb_rng_seed (&rng, (guint64) g_test_rand_int ());
  for (guint round = 0; round < 40; round++)
    {
      MadeFailing r;
      made_failing (&r, &rng);
      g_auto (Drawn) d = draw (r.body->str);
      made_failing_atoms (&r, &d);
      g_test_message ("%s", r.body->str);
      TbStates *states = tb_states_new (d.failure);
      check_lanes (&r, &d, states, &rng);
      check_lanes (&r, &d, states, &rng);
      tb_states_free (states);
      g_string_free (r.body, TRUE);
    }
}

/* Who is called stands before who calls, so that without circles each is asked once. */
static void
test_who_is_called_comes_first (void)
{
  g_auto (Drawn) d = draw ("<component id=\"c\" kind=\"client\"/><component id=\"a\" kind=\"server\"/><component id=\"b\" kind=\"server\"/>"
                           "<component id=\"s\" kind=\"store\"/><link id=\"l\" from=\"c\" to=\"a\"/><link id=\"m\" from=\"a\" to=\"s\"/>"
                           "<link id=\"n\" from=\"a\" to=\"b\"/><link id=\"o\" from=\"b\" to=\"s\"/>");
  TbStates *states = tb_states_new (d.failure);
  for (guint l = 0; l < d.failure->links->len; l++)
    {
      const TbFailLink *link = TB_LINK (d.failure, l);
      g_assert_cmpuint (states->place[link->to], <, states->place[TB_GROUP (d.failure, link->group)->component]);
    }
  tb_states_free (states);
}

/* ---- Pairs ------------------------------------------------------------------------------------------ */

#define CLIENTS 4u

/* More who ask for the same components, each for as many replicas as he likes; they stand in the file before or behind
 * him who may be content with the first answer. */
static void
add_clients (MadeFailing *r, TbRng *rng)
{
  g_autoptr (GString) clients = g_string_new (NULL);
  for (guint k = 0; k < CLIENTS - 1; k++)
    {
      g_string_append_printf (clients, "<component id=\"k%u\" kind=\"client\"/>", k);
      for (guint i = 0; i < r->n_components; i++)
        if (tb_rng_below (rng, 2) == 0)
          g_string_append_printf (clients, "<link id=\"k%u-%u\" from=\"k%u\" to=\"s%u\" needs=\"%u\"/>", k, i, k, i,
                                  (guint) tb_rng_below (rng, 4));
    }
  g_string_insert (r->body, tb_rng_below (rng, 2) == 0 ? 0 : -1, clients->str);
}

/* A bit for each goal that stops. */
static guint
goals_without (const MadeFailing *r, const Drawn *d, guint gone)
{
  guint n, stop = 0;
  const TbUid *goals = tb_failure_goals (d->failure, &n);
  g_autofree gboolean *works = g_new (gboolean, d->failure->components->len);
  work_without (r, d, gone, works);
  for (guint i = 0; i < n; i++)
    stop |= (guint) !works[tb_failure_component (d->failure, goals[i])] << i;
  return stop;
}

static gboolean
has_pair (const Drawn *d, const Atom *a, const Atom *b)
{
  guint n, found = 0, x = atom_of (d, a), y = atom_of (d, b);
  const TbPartPair *pairs = tb_failure_pairs (d->failure, &n);
  TbPart first = tb_failure_atom_part (d->failure, MIN (x, y)), second = tb_failure_atom_part (d->failure, MAX (x, y));
  for (guint i = 0; i < n; i++)
    found += pairs[i].a.uid == first.uid && pairs[i].a.replica == first.replica && pairs[i].b.uid == second.uid
             && pairs[i].b.replica == second.replica;
  g_assert_cmpuint (found, <=, 1);
  return found == 1;
}

/* Whoever stops a goal that neither does alone is found, once, and nobody else. */
static void
check_pairs (const MadeFailing *r, const Drawn *d)
{
  guint n, minimal = 0;
  for (guint i = 0; i < r->n_atoms; i++)
    for (guint k = 0; k < i; k++)
      {
        gboolean is_minimal = (goals_without (r, d, 1u << i | 1u << k) & ~goals_without (r, d, 1u << i) & ~goals_without (r, d, 1u << k)) != 0;
        g_assert_cmpint (has_pair (d, &r->atoms[i], &r->atoms[k]), ==, is_minimal);
        minimal += is_minimal;
      }
  tb_failure_pairs (d->failure, &n);
  g_assert_cmpuint (n, ==, minimal);
  g_assert_false (tb_failure_has_more_pairs (d->failure));
}

/* Random drawings, by a printed seed; several: with further clients. */
static void
check_random (guint rounds, gboolean several, void (*check) (const MadeFailing *, const Drawn *))
{
  TbRng rng;
  tb_rng_seed (&rng, (guint64) g_test_rand_int ());
  for (guint round = 0; round < rounds; round++)
    {
      MadeFailing r;
      made_failing (&r, &rng);
      if (several)
        add_clients (&r, &rng);
      g_auto (Drawn) d = draw (r.body->str);
      made_failing_atoms (&r, &d);
      g_test_message ("%s", r.body->str);
      check (&r, &d);
      g_string_free (r.body, TRUE);
    }
}

static void
test_pairs_of_many_clients_are_those_of_trying_all (void)
{
  check_random (100, TRUE, check_pairs);
}

/* A client that is itself called: what another needs of it is not what it is asked for as a goal. */
static void
test_a_goal_that_is_called_is_looked_at_again (void)
{
  g_auto (Drawn) d = draw ("<component id=\"a\" kind=\"client\" replicas=\"2\"/><component id=\"b\" kind=\"client\"/>"
                           "<component id=\"s\" kind=\"server\" replicas=\"2\"/><link id=\"l\" from=\"a\" to=\"s\"/>"
                           "<link id=\"m\" from=\"b\" to=\"a\"/>");
  guint n;
  const TbPartPair *pairs = tb_failure_pairs (d.failure, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (pairs[0].a.uid, ==, uid_of (&d, "s"));
  g_assert_cmpuint (pairs[1].a.uid, ==, uid_of (&d, "a"));
}

/* More than one word's, and more than one batch's, worth of them. */
static void
test_pairs_beyond_one_batch (void)
{
  g_auto (Drawn) d = draw ("<component id=\"c\" kind=\"client\"/><component id=\"s\" kind=\"server\" replicas=\"60\"/>"
                           "<link id=\"l\" from=\"c\" to=\"s\" needs=\"59\"/>");
  guint n;
  tb_failure_single_points (d.failure, &n);
  g_assert_cmpuint (n, ==, 0);
  tb_failure_pairs (d.failure, &n);
  g_assert_cmpuint (n, ==, 60 * 59 / 2);
  g_assert_false (tb_failure_has_more_pairs (d.failure));
  g_auto (Drawn) e = draw ("<component id=\"c\" kind=\"client\"/><component id=\"s\" kind=\"server\" replicas=\"100\"/>"
                           "<link id=\"l\" from=\"c\" to=\"s\" needs=\"99\"/>");
  tb_failure_pairs (e.failure, &n);
  g_assert_cmpuint (n, ==, TB_FAILURE_PAIRS_MAX);
  g_assert_true (tb_failure_has_more_pairs (e.failure));
}

static void
test_single_points_beyond_one_batch (void)
{
  guint n;
  g_auto (Drawn) d = draw ("<component id=\"c\" kind=\"client\"/><component id=\"s\" kind=\"server\" replicas=\"600\"/>"
                           "<component id=\"t\" kind=\"server\" replicas=\"500\"/>"
                           "<link id=\"l\" from=\"c\" to=\"s\" needs=\"600\"/><link id=\"m\" from=\"c\" to=\"t\" needs=\"500\"/>");
  tb_failure_single_points (d.failure, &n);
  g_assert_cmpuint (n, ==, 1100);
  tb_failure_pairs (d.failure, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* ---- Lots ------------------------------------------------------------------------------------------- */

static void
check_samples (const MadeFailing *r, const Drawn *d)
{
  guint n = d->failure->components->len;
  g_autofree gboolean *works = g_new (gboolean, n);
  g_autofree double *sum = g_new0 (double, n);
  for (guint gone = 0; gone < 1u << r->n_atoms; gone++)
    {
      double weight = 1;
      for (guint i = 0; i < r->n_atoms; i++)
        weight *= (gone >> i & 1) != 0 ? 1 - r->atoms[i].up : r->atoms[i].up;
      work_without (r, d, gone, works);
      for (guint c = 0; c < n; c++)
        sum[c] += works[c] ? weight : 0;
    }
  tb_failure_sample (d->failure);
  for (guint c = 0; c < n; c++)
    {
      double deviation = sqrt (MAX (0, sum[c] * (1 - sum[c])) / TB_FAILURE_SAMPLES);
      g_assert_cmpfloat_with_epsilon ((double) d->failure->up_samples[c] / TB_FAILURE_SAMPLES, sum[c], 6 * deviation + 1e-9);
    }
}

static void
test_lots_agree_with_every_state (void)
{
  check_random (40, FALSE, check_samples);
}

/* Replicas of one component fail apart from each other: what they do together says so. */
static void
test_lots_are_independent (void)
{
  static const char *const shares[] = { "0.3", "0.979", "0.981", "0.99" }; /* drawn by bits, and by the next failure */
  for (gsize i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      double up = g_ascii_strtod (shares[i], NULL), both = up * up;
      g_autofree char *body = g_strdup_printf ("<component id=\"c\" kind=\"client\"/><component id=\"s\" kind=\"server\" replicas=\"2\" "
                                               "availability=\"%s\"/><link id=\"l\" from=\"c\" to=\"s\" needs=\"2\"/>", shares[i]);
      g_auto (Drawn) d = draw (body);
      tb_failure_sample (d.failure);
      g_assert_cmpfloat_with_epsilon ((double) d.failure->up_samples[tb_failure_component (d.failure, uid_of (&d, "c"))]
                                        / TB_FAILURE_SAMPLES, both, 5 * sqrt (both * (1 - both) / TB_FAILURE_SAMPLES));
    }
}

static void
test_what_never_fails_and_what_always_does (void)
{
  g_auto (Drawn) d = draw ("<component id=\"c\" kind=\"client\"/><component id=\"a\" kind=\"server\"/>"
                           "<component id=\"z\" kind=\"server\" availability=\"0\"/><link id=\"l\" from=\"c\" to=\"a\"/>");
  tb_failure_sample (d.failure);
  g_assert_cmpuint (d.failure->up_samples[tb_failure_component (d.failure, uid_of (&d, "c"))], ==, TB_FAILURE_SAMPLES);
  g_assert_cmpuint (d.failure->up_samples[tb_failure_component (d.failure, uid_of (&d, "z"))], ==, 0);
}

static void
test_the_same_drawing_has_the_same_lots (void)
{
  TbRng rng;
  MadeFailing r;
  tb_rng_seed (&rng, 11);
  made_failing (&r, &rng);
  g_auto (Drawn) a = draw (r.body->str);
  g_auto (Drawn) b = draw (r.body->str);
  tb_failure_sample (a.failure);
  tb_failure_sample (b.failure);
  for (guint c = 0; c < a.failure->components->len; c++)
    g_assert_cmpuint (a.failure->up_samples[c], ==, b.failure->up_samples[c]);
  g_string_free (r.body, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-states/each-lane-is-a-state", test_each_lane_is_a_state);
  g_test_add_func ("/failure-states/who-is-called-comes-first", test_who_is_called_comes_first);
  g_test_add_func ("/failure-states/pairs-of-many-clients-are-those-of-trying-all", test_pairs_of_many_clients_are_those_of_trying_all);
  g_test_add_func ("/failure-states/a-goal-that-is-called-is-looked-at-again", test_a_goal_that_is_called_is_looked_at_again);
  g_test_add_func ("/failure-states/pairs-beyond-one-batch", test_pairs_beyond_one_batch);
  g_test_add_func ("/failure-states/single-points-beyond-one-batch", test_single_points_beyond_one_batch);
  g_test_add_func ("/failure-states/lots-agree-with-every-state", test_lots_agree_with_every_state);
  g_test_add_func ("/failure-states/lots-are-independent", test_lots_are_independent);
  g_test_add_func ("/failure-states/what-never-fails-and-what-always-does", test_what_never_fails_and_what_always_does);
  g_test_add_func ("/failure-states/the-same-drawing-has-the-same-lots", test_the_same_drawing_has_the_same_lots);
  return g_test_run ();
}
