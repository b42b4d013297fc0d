/* The plan: from drawings as text to what would run. */
#include "plan-fixture.h"

#include <string.h>

#include "tb-base.h"

static void
test_fresh_drawing_runs (void)
{
  g_autoptr (TbPlan) plan = plan_of (TWO);
  const TbPlanInstance *client = plan_instance (plan, "client/1"), *server = plan_instance (plan, "server/1");
  const TbPlanLink *link = plan_link (plan, "call");
  g_autofree char *address = tb_plan_address_text (server->address);
  g_autofree char *listen = g_strdup_printf ("%s:8080", address);
  g_autofree char *host = tb_plan_address_text (link->address);
  g_autofree char *call = g_strdup_printf ("call http://%s:8080/", host);
  g_assert_true (client->builtin && server->builtin);
  g_assert_cmpstr (server->argv[0], ==, "node");
  g_assert_cmpstr (server->argv[1], ==, "server");
  g_assert_cmpstr (plan_option (server, "--name"), ==, "server/1");
  g_assert_cmpstr (plan_option (server, "--listen"), ==, listen);
  g_assert_cmpstr (plan_option (client, "--call"), ==, call);
  g_assert_nonnull (plan_option (client, "--think"));
  g_assert_cmpint (client->ready.kind, ==, TB_PLAN_PROBE_NOTIFY);
  g_assert_cmpuint (link->port, ==, 8080);
  g_assert_cmpstr (link->protocol, ==, "http");
}

static void
test_client_waits_for_server (void)
{
  g_autoptr (TbPlan) plan = plan_of (TWO);
  const TbPlanInstance *client = plan_instance (plan, "client/1");
  g_assert_cmpuint (client->depends->len, ==, 1);
  g_assert_cmpuint (g_array_index (client->depends, guint, 0), ==, 1);
  g_assert_cmpuint (plan_instance (plan, "server/1")->depends->len, ==, 0);
}

static void
test_nothing_to_run (void)
{
  assert_refused ("", "there is nothing to run");
}

static void
test_stand_ins (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"cache\"/>\n<component id=\"b\" kind=\"balancer\"/>\n"
    "<component id=\"c\" kind=\"proxy\"/>\n<component id=\"d\" kind=\"mediator\"/>\n"
    "<component id=\"e\" kind=\"broker\"/>\n");
  g_assert_cmpstr (plan_instance (plan, "e/1")->argv[1], ==, "broker");
  g_assert_cmpstr (plan_instance (plan, "a/1")->argv[1], ==, "cache");
  g_assert_cmpstr (plan_instance (plan, "b/1")->argv[1], ==, "balancer");
  g_assert_cmpstr (plan_instance (plan, "c/1")->argv[1], ==, "proxy");
  g_assert_cmpstr (plan_instance (plan, "d/1")->argv[1], ==, "mediator");
}

static void
test_devices (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<tier id=\"app\"><device id=\"app-1\"/><device id=\"app-2\"/></tier>\n<tier id=\"db\"/>\n"
    "<component id=\"s\" kind=\"server\" tier=\"app\" replicas=\"3\">"
    "<on replica=\"2\" device=\"app-1\"/></component>\n"
    "<component id=\"d\" kind=\"store\" tier=\"db\" replicas=\"2\"/>\n"
    "<component id=\"f\" kind=\"server\"/>\n");
  g_assert_cmpstr (plan_instance (plan, "s/1")->device, ==, "app-1");
  g_assert_cmpstr (plan_instance (plan, "s/2")->device, ==, "app-1");
  g_assert_cmpstr (plan_instance (plan, "s/3")->device, ==, "app-1");
  g_assert_cmpstr (plan_instance (plan, "d/2")->device, ==, "db-2");
  g_assert_cmpstr (plan_instance (plan, "f/1")->device, ==, "f-1");
}

static char *
random_drawing (TbRng *rng, guint n)
{
  g_autoptr (GString) body = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (body, "<component id=\"c%u\" kind=\"server\" replicas=\"%u\"/>\n", i,
                            1 + (guint) tb_rng_below (rng, 4));
  for (guint i = 1; i < n; i++)
    g_string_append_printf (body, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\"/>\n", i, i,
                            (guint) tb_rng_below (rng, i));
  return g_string_free (g_steal_pointer (&body), FALSE);
}

/* Property: no address twice, all in the block, instances and links in their own rows. */
static void
test_addresses_are_unique (void)
{
  guint64 seed = g_test_rand_int ();
  TbRng rng;
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (int round = 0; round < 20; round++)
    {
      g_autofree char *body = random_drawing (&rng, 1 + (guint) tb_rng_below (&rng, 200));
      g_autoptr (TbPlan) plan = plan_of (body);
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
      for (guint i = 0; i < plan->instances->len; i++)
        {
          const TbPlanInstance *p = g_ptr_array_index (plan->instances, i);
          g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (p->address)));
          g_assert_cmpuint (p->address >> 16, ==, 127 << 8 | 77);
          g_assert_cmpuint (p->address >> 8 & 255, <, 224);
        }
      for (guint i = 0; i < plan->links->len; i++)
        {
          const TbPlanLink *l = g_ptr_array_index (plan->links, i);
          g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (l->address)));
          g_assert_cmpuint (l->address >> 8 & 255, >=, 224);
          g_assert_cmpuint (l->address >> 8 & 255, <, 255);
        }
    }
}

/* Property: of a hundred instances, one more component moves at most the few it collides with. */
static void
test_addresses_are_stable (void)
{
  guint64 seed = g_test_rand_int ();
  TbRng rng;
  guint moved = 0, all = 0;
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (int round = 0; round < 20; round++)
    {
      g_autofree char *body = random_drawing (&rng, 40);
      g_autofree char *more
        = g_strdup_printf ("<component id=\"x%u\" kind=\"server\"/>\n%s",
                           (guint) tb_rng_below (&rng, 1000), body);
      g_autoptr (TbPlan) before = plan_of (body), after = plan_of (more);
      for (guint i = 0; i < before->instances->len; i++, all++)
        {
          const TbPlanInstance *p = g_ptr_array_index (before->instances, i);
          moved += p->address != plan_instance (after, p->id)->address;
        }
    }
  g_test_message ("%u of %u moved", moved, all);
  g_assert_cmpuint (moved, <=, all / 500);
}

static void
test_too_many_instances (void)
{
  assert_refused ("<component id=\"a\" kind=\"server\" replicas=\"1000\"/>\n"
                  "<component id=\"b\" kind=\"server\" replicas=\"1000\"/>\n"
                  "<component id=\"c\" kind=\"server\" replicas=\"1\"/>\n",
                  "more than 2000 instances");
}

/* Whether instances can be started one by one, each after what it depends on. */
static gboolean
can_start (const TbPlan *plan)
{
  g_autofree gboolean *started = g_new0 (gboolean, plan->instances->len);
  guint left = plan->instances->len;
  for (gboolean progress = TRUE; progress && left > 0;)
    {
      progress = FALSE;
      for (guint i = 0; i < plan->instances->len; i++)
        {
          const TbPlanInstance *p = g_ptr_array_index (plan->instances, i);
          gboolean ready = !started[i];
          for (guint k = 0; ready && k < p->depends->len; k++)
            ready = started[g_array_index (p->depends, guint, k)];
          if (!ready)
            continue;
          started[i] = progress = TRUE;
          left--;
        }
    }
  return left == 0;
}

static void
test_cycles_are_cut (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"/>\n<component id=\"b\" kind=\"server\"/>\n"
    "<component id=\"c\" kind=\"server\"/>\n"
    "<link id=\"ab\" from=\"a\" to=\"b\"/>\n<link id=\"bc\" from=\"b\" to=\"c\"/>\n"
    "<link id=\"ca\" from=\"c\" to=\"a\"/>\n<link id=\"aa\" from=\"a\" to=\"a\"/>\n");
  g_assert_true (can_start (plan));
  g_assert_cmpuint (plan_instance (plan, "a/1")->depends->len, ==, 1);
  g_assert_cmpuint (plan_instance (plan, "b/1")->depends->len, ==, 1);
  g_assert_cmpuint (plan_instance (plan, "c/1")->depends->len, ==, 0);
}

/* Property: whatever is drawn can be started. */
static void
test_any_graph_can_start (void)
{
  guint64 seed = g_test_rand_int ();
  TbRng rng;
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (int round = 0; round < 50; round++)
    {
      guint n = 1 + (guint) tb_rng_below (&rng, 12);
      g_autoptr (GString) body = g_string_new (NULL);
      for (guint i = 0; i < n; i++)
        g_string_append_printf (body, "<component id=\"c%u\" kind=\"server\" replicas=\"2\"/>\n", i);
      for (guint i = 0; i < n * 2; i++)
        g_string_append_printf (body, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\"/>\n", i,
                                (guint) tb_rng_below (&rng, n), (guint) tb_rng_below (&rng, n));
      g_autoptr (TbPlan) plan = plan_of (body->str);
      g_assert_true (can_start (plan));
    }
}

static void
test_async_targets_are_not_waited_for (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"/>\n<component id=\"b\" kind=\"server\"/>\n"
    "<link id=\"l\" from=\"a\" to=\"b\" call=\"async\"/>\n");
  g_assert_cmpuint (plan_instance (plan, "a/1")->depends->len, ==, 0);
}

static char *
commands_at (const char *body, guint block, const char *dir)
{
  g_autoptr (TbDocument) document = plan_document_of (body);
  const TbPlanOptions options = { .block = block, .run_dir = dir, .node_program = "node" };
  g_autoptr (TbPlan) plan = tb_plan_new (tb_document_model (document), &options, NULL);
  return tb_plan_commands (plan);
}

static void
test_builtins_need_no_trust (void)
{
  g_autofree char *commands = commands_at (TWO, 77, "/run");
  g_assert_cmpstr (commands, ==, "");
}

#define COMMANDED(value) "<component id=\"a\" kind=\"server\" replicas=\"3\"><service name=\"w\" port=\"9000\"/>" \
  "<command>run --at ${host} ${dir}/x ${peers}</command><env name=\"E\" value=\"" value "\"/>"        \
  "<file name=\"f\">${host} " value "</file></component>\n"                                             \
  "<component id=\"n\" kind=\"server\"><template name=\"nginx\"><param name=\"page\" value=\"" value     \
  "\"/></template></component>\n"

static void
test_trust_depends_on_the_drawing_alone (void)
{
  g_autofree char *one = commands_at (COMMANDED ("1"), 77, "/run/a");
  g_autofree char *two = commands_at (COMMANDED ("1"), 90, "/tmp/b");
  g_assert_cmpstr (one, ==, two);
  assert_contains (one, "a: run --at ${host} ${dir}/x ${peers}\n  with E=1\n  file f (SHA-256 ");
  assert_contains (one, "n: nginx -e stderr -p ${dir} -c ${dir}/nginx.conf\n  file nginx.conf (SHA-256 ");
}

static void
test_trust_covers_what_steers_a_command (void)
{
  g_autofree char *one = commands_at (COMMANDED ("1"), 77, "/run");
  g_autofree char *two = commands_at (COMMANDED ("2"), 77, "/run");
  g_auto (GStrv) a = g_strsplit (one, "\n", -1), b = g_strsplit (two, "\n", -1);
  g_assert_cmpuint (g_strv_length (a), ==, g_strv_length (b));
  g_assert_cmpstr (a[1], !=, b[1]); /* variable */
  g_assert_cmpstr (a[2], !=, b[2]); /* file */
  g_assert_cmpstr (a[4], !=, b[4]); /* what a parameter writes */
}

static TbPlan *
plan_with_probes (const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = plan_document_of (body);
  const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node", .seed = 5, .probes = TRUE };
  TbPlan *plan = tb_plan_new (tb_document_model (document), &options, &error);
  g_assert_no_error (error);
  return plan;
}

#define REPLICATED                                                                                 \
  "<component id=\"orders\" kind=\"store\" name=\"Orders\" replicas=\"3\"><builtin replication=\"raft\"/></component>\n" \
  "<component id=\"alone\" kind=\"store\" name=\"Alone\"><builtin/></component>\n"

static void
test_probes_ask_one_replica_each (void)
{
  g_autoptr (TbPlan) plan = plan_with_probes (REPLICATED), without = plan_of (REPLICATED);
  g_assert_cmpuint (plan->instances->len, ==, 7);
  g_assert_cmpuint (without->instances->len, ==, 4);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("orders.probe/%u", i), *of = g_strdup_printf ("orders/%u", i);
      const TbPlanInstance *probe = plan_instance (plan, id), *replica = plan_instance (plan, of);
      g_autofree char *address = tb_plan_address_text (replica->address);
      g_assert_true (probe->probe && probe->builtin && probe->component == 0);
      g_assert_cmpstr (probe->device, ==, replica->device);
      g_assert_nonnull (strstr (plan_option (probe, "--call"), address));
      g_assert_nonnull (tb_plan_load_path (probe));
      g_assert_cmpuint (probe->depends->len, ==, 1);
    }
  const TbPlanLink *link = plan_link (plan, "orders.probe");
  g_assert_true (link->probe && link->link == 0);
}

/* What is drawn is the same with and without them. */
static void
test_probes_change_nothing_that_is_drawn (void)
{
  g_autoptr (TbPlan) with = plan_with_probes (REPLICATED), without = plan_of (REPLICATED);
  for (guint i = 0; i < without->instances->len; i++)
    {
      const TbPlanInstance *a = g_ptr_array_index (with->instances, i), *b = g_ptr_array_index (without->instances, i);
      g_assert_cmpstr (a->id, ==, b->id);
      g_assert_true (g_strv_equal ((const char *const *) a->argv, (const char *const *) b->argv));
    }
  g_autofree char *asked = tb_plan_commands (with);
  g_assert_cmpstr (asked, ==, "");
}

static void
test_knows_probes_by_their_names (void)
{
  g_assert_true (tb_plan_is_probe ("orders.probe") && tb_plan_is_probe ("orders.probe/2"));
  g_assert_false (tb_plan_is_probe ("orders/2") || tb_plan_is_probe ("orders.replicas") || tb_plan_is_probe ("a.probes"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/plan/" path, test_##name)
  T ("fresh-drawing-runs", fresh_drawing_runs);
  T ("client-waits-for-server", client_waits_for_server);
  T ("nothing-to-run", nothing_to_run);
  T ("stand-ins", stand_ins);
  T ("devices", devices);
  T ("addresses/unique", addresses_are_unique);
  T ("addresses/stable", addresses_are_stable);
  T ("addresses/too-many-instances", too_many_instances);
  T ("order/cycles-are-cut", cycles_are_cut);
  T ("order/any-graph-can-start", any_graph_can_start);
  T ("order/async-targets-are-not-waited-for", async_targets_are_not_waited_for);
  T ("trust/builtins-need-none", builtins_need_no_trust);
  T ("trust/depends-on-the-drawing-alone", trust_depends_on_the_drawing_alone);
  T ("trust/covers-what-steers-a-command", trust_covers_what_steers_a_command);
  T ("probes", probes_ask_one_replica_each);
  T ("probes/nothing-else", probes_change_nothing_that_is_drawn);
  T ("probes/names", knows_probes_by_their_names);
  return g_test_run ();
}
