/* The plan: from drawings as text to what would run. */
#include <string.h>

#include "tb-base.h"
#include "tb-plan.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                         \
             "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"
#define TAIL "</architecture>\n"

static TbDocument *
document_of (const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strconcat (HEAD, body, TAIL, NULL);
  TbDocument *document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static TbPlan *
try_plan (const char *body, GError **error)
{
  g_autoptr (TbDocument) document = document_of (body);
  const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node",
                                  .seed = 5, .file = "test.tierboard" };
  return tb_plan_new (tb_document_model (document), &options, error);
}

static TbPlan *
plan_of (const char *body)
{
  g_autoptr (GError) error = NULL;
  TbPlan *plan = try_plan (body, &error);
  g_assert_no_error (error);
  return plan;
}

static const TbPlanInstance *
instance (const TbPlan *plan, const char *id)
{
  int index = tb_plan_find_instance (plan, id);
  g_assert_cmpint (index, >=, 0);
  return g_ptr_array_index (plan->instances, index);
}

static const TbPlanLink *
link_named (const TbPlan *plan, const char *id)
{
  int index = tb_plan_find_link (plan, id);
  g_assert_cmpint (index, >=, 0);
  return g_ptr_array_index (plan->links, index);
}

/* What follows an option, or NULL. */
static const char *
option (const TbPlanInstance *i, const char *name)
{
  for (char **word = i->argv; *word != NULL; word++)
    if (g_str_equal (*word, name))
      return word[1];
  return NULL;
}

static const char *
variable (const TbPlanInstance *i, const char *name)
{
  for (guint k = 0; k < i->env->len; k++)
    {
      const TbPlanPair *pair = g_ptr_array_index (i->env, k);
      if (g_str_equal (pair->name, name))
        return pair->value;
    }
  return NULL;
}

static const char *
file (const TbPlanInstance *i, const char *name)
{
  for (guint k = 0; k < i->files->len; k++)
    {
      const TbPlanPair *pair = g_ptr_array_index (i->files, k);
      if (g_str_equal (pair->name, name))
        return pair->value;
    }
  return NULL;
}

static char *
command_line (const TbPlanInstance *i)
{
  return g_strjoinv (" ", i->argv);
}

static void
assert_contains (const char *text, const char *part)
{
  if (text == NULL || strstr (text, part) == NULL)
    g_error ("«%s» is not in «%s»", part, text ? text : "(nothing)");
}

static void
assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("«%s» is in «%s»", part, text);
}

#define assert_refused(body, sentence) assert_refused_at (body, sentence, G_STRLOC)
static void
assert_refused_at (const char *body, const char *sentence, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPlan) plan = try_plan (body, &error);
  if (plan != NULL || error == NULL || strstr (error->message, sentence) == NULL)
    g_error ("%s: wanted «%s», got «%s»", where, sentence, error ? error->message : "a plan");
}

#define TWO "<component id=\"client\" kind=\"client\"/>\n<component id=\"server\" kind=\"server\"/>\n" \
            "<link id=\"call\" from=\"client\" to=\"server\"/>\n"

/* ---- A drawing just begun ------------------------------------------------------------------------ */

static void
test_fresh_drawing_runs (void)
{
  g_autoptr (TbPlan) plan = plan_of (TWO);
  const TbPlanInstance *client = instance (plan, "client/1"), *server = instance (plan, "server/1");
  const TbPlanLink *link = link_named (plan, "call");
  g_autofree char *address = tb_plan_address_text (server->address);
  g_autofree char *listen = g_strdup_printf ("%s:8080", address);
  g_autofree char *host = tb_plan_address_text (link->address);
  g_autofree char *call = g_strdup_printf ("call http://%s:8080/", host);
  g_assert_true (client->builtin && server->builtin);
  g_assert_cmpstr (server->argv[0], ==, "node");
  g_assert_cmpstr (server->argv[1], ==, "server");
  g_assert_cmpstr (option (server, "--name"), ==, "server/1");
  g_assert_cmpstr (option (server, "--listen"), ==, listen);
  g_assert_cmpstr (option (client, "--call"), ==, call);
  g_assert_nonnull (option (client, "--think"));
  g_assert_cmpint (client->ready.kind, ==, TB_PLAN_PROBE_NOTIFY);
  g_assert_cmpuint (link->port, ==, 8080);
  g_assert_cmpstr (link->protocol, ==, "http");
}

static void
test_client_waits_for_server (void)
{
  g_autoptr (TbPlan) plan = plan_of (TWO);
  const TbPlanInstance *client = instance (plan, "client/1");
  g_assert_cmpuint (client->depends->len, ==, 1);
  g_assert_cmpuint (g_array_index (client->depends, guint, 0), ==, 1);
  g_assert_cmpuint (instance (plan, "server/1")->depends->len, ==, 0);
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
  g_assert_cmpstr (instance (plan, "e/1")->argv[1], ==, "broker");
  g_assert_cmpstr (instance (plan, "a/1")->argv[1], ==, "cache");
  g_assert_cmpstr (instance (plan, "b/1")->argv[1], ==, "balancer");
  g_assert_cmpstr (instance (plan, "c/1")->argv[1], ==, "proxy");
  g_assert_cmpstr (instance (plan, "d/1")->argv[1], ==, "mediator");
}

/* ---- Operations on stores ---- */

#define CALLER(op) "<component id=\"c\" kind=\"client\"><builtin><call link=\"l\" op=\"" op "\"/></builtin></component>\n"
#define ETCD "<component id=\"d\" kind=\"store\" replicas=\"3\"><template name=\"etcd\">%s</template></component>\n"
#define WEB "<component id=\"d\" kind=\"store\"><service name=\"web\" protocol=\"http\" port=\"80\"/><command>x</command></component>\n"
#define TO_STORE "<link id=\"l\" from=\"c\" to=\"d\"/>\n"

static void
test_a_store_over_http_is_called_as_one (void)
{
  g_autofree char *plain = g_strdup_printf (CALLER ("cas") ETCD "<link id=\"l\" from=\"c\" to=\"d\" service=\"client\"/>\n", "");
  g_autofree char *old = g_strdup_printf (CALLER ("read") ETCD "<link id=\"l\" from=\"c\" to=\"d\" service=\"client\"/>\n",
                                          "<param name=\"reads\" value=\"serializable\"/>");
  g_autoptr (TbPlan) etcd = plan_of (plain), stale = plan_of (old), web = plan_of (CALLER ("write") WEB TO_STORE);
  assert_contains (option (instance (etcd, "c/1"), "--call"), " op=cas api=etcd");
  assert_contains (option (instance (stale, "c/1"), "--call"), " op=read api=etcd reads=serializable");
  assert_contains (option (instance (web, "c/1"), "--call"), ":80/ op=write api=keys");
  g_autoptr (TbPlan) request = plan_of ("<component id=\"c\" kind=\"client\"/>\n" WEB TO_STORE);
  assert_lacks (option (instance (request, "c/1"), "--call"), "api=");
}

static void
test_what_a_store_cannot_do_is_refused (void)
{
  assert_refused (CALLER ("append") WEB TO_STORE, "cannot do “append” over the link “l”");
}

/* ---- Built-ins ------------------------------------------------------------------------------------ */

static void
test_builtin_options (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"c\" kind=\"client\" threads=\"pool 2\"><builtin rate=\"50\" keys=\"7\" "
    "requests=\"100\"><call link=\"l\" op=\"write\" share=\"0.4\" path=\"/cart\"/></builtin>"
    "</component>\n"
    "<component id=\"s\" kind=\"server\" threads=\"per-request\" state=\"stateful\">"
    "<service name=\"web\" protocol=\"http\" port=\"9000\"/><builtin work=\"cpu 5ms\"/></component>\n"
    "<component id=\"d\" kind=\"store\" durable=\"yes\"/>\n"
    "<link id=\"l\" from=\"c\" to=\"s\" timeout=\"1500ms\" retries=\"2\"/>\n"
    "<link id=\"m\" from=\"s\" to=\"d\" call=\"async\"/>\n");
  const TbPlanInstance *c = instance (plan, "c/1"), *s = instance (plan, "s/1");
  const char *call = option (c, "--call");
  g_assert_cmpstr (option (c, "--threads"), ==, "pool 2");
  g_assert_cmpstr (option (c, "--rate"), ==, "50");
  g_assert_cmpstr (option (c, "--requests"), ==, "100");
  g_assert_null (option (c, "--think"));
  assert_contains (call, ":9000/cart op=write share=0.4");
  assert_contains (call, " keys=7 timeout=1500ms retries=2");
  g_assert_cmpstr (option (s, "--work"), ==, "cpu 5ms");
  g_assert_cmpstr (option (s, "--state"), ==, "stateful");
  assert_contains (option (s, "--call"), "m resp://127.77.2");
  assert_contains (option (s, "--call"), " async");
  g_assert_cmpstr (option (instance (plan, "d/1"), "--durable"), ==, "/run/d-1");
}

static void
test_replication_is_passed_on (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"store\" replicas=\"2\"><builtin replication=\"primary-async\" reads=\"any\" "
    "failover=\"yes\"/></component>\n"
    "<component id=\"q\" kind=\"store\" replicas=\"3\" durable=\"yes\"><builtin replication=\"quorum\" n=\"3\" "
    "r=\"1\" w=\"2\" read-repair=\"no\"/></component>\n"
    "<component id=\"n\" kind=\"cache\" replicas=\"2\"><builtin/></component>\n");
  const TbPlanInstance *a = instance (plan, "a/2"), *q = instance (plan, "q/3");
  g_autofree char *own = tb_plan_address_text (a->address);
  g_assert_cmpstr (option (a, "--replication"), ==, "primary-async");
  g_assert_cmpstr (option (a, "--reads"), ==, "any");
  g_assert_cmpstr (option (a, "--failover"), ==, "yes");
  g_assert_cmpstr (option (a, "--replica"), ==, "2");
  assert_contains (option (a, "--peers"), own);
  g_assert_cmpstr (option (a, "--journal"), ==, "/run/a-2");
  g_assert_cmpstr (option (q, "--quorum"), ==, "3 1 2");
  g_assert_cmpstr (option (q, "--read-repair"), ==, "no");
  g_assert_null (option (q, "--journal"));
  g_assert_cmpstr (option (q, "--durable"), ==, "/run/q-3");
  g_assert_null (option (instance (plan, "n/1"), "--replication"));
}

static void
test_balance_gives_replicas (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"c\" kind=\"client\"/>\n<component id=\"s\" kind=\"server\" replicas=\"3\"/>\n"
    "<link id=\"l\" from=\"c\" to=\"s\" balance=\"random\"/>\n");
  const char *call = option (instance (plan, "c/1"), "--call");
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("s/%u", i);
      g_autofree char *address = tb_plan_address_text (instance (plan, id)->address);
      assert_contains (call, address);
    }
  assert_contains (call, "balance=random");
  g_assert_cmpuint (link_named (plan, "l")->to->len, ==, 3);
}

static void
test_balancer_takes_turns (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"b\" kind=\"balancer\"/>\n<component id=\"s\" kind=\"server\" replicas=\"2\"/>\n"
    "<link id=\"l\" from=\"b\" to=\"s\"/>\n");
  assert_contains (option (instance (plan, "b/1"), "--call"), "balance=round-robin");
}

static void
test_balancer_asks_its_targets (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"b\" kind=\"balancer\"/>\n"
    "<component id=\"s\" kind=\"server\" replicas=\"2\" affinity=\"session\"/>\n"
    "<link id=\"l\" from=\"b\" to=\"s\"/>\n");
  const TbPlanInstance *b = instance (plan, "b/1");
  g_assert_cmpstr (option (b, "--check"), ==, "500ms /info");
  g_assert_cmpstr (option (b, "--threads"), ==, "pool 16");
  assert_contains (option (b, "--call"), "balance=sticky");
}

static void
test_broker_is_published_to_and_read (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"c\" kind=\"client\"/>\n"
    "<component id=\"b\" kind=\"broker\" durable=\"yes\" threads=\"pool 4\"><builtin capacity=\"9\"/></component>\n"
    "<component id=\"s\" kind=\"server\" replicas=\"2\"/>\n"
    "<component id=\"t\" kind=\"server\"><builtin><call link=\"all\" op=\"read\" path=\"/a/+\" "
    "deliver=\"each\" qos=\"0\"/></builtin></component>\n"
    "<link id=\"put\" from=\"c\" to=\"b\" call=\"async\" flow=\"request\"/>\n"
    "<link id=\"take\" from=\"s\" to=\"b\" call=\"async\" flow=\"reply\"/>\n"
    "<link id=\"all\" from=\"t\" to=\"b\" call=\"async\"/>\n");
  const TbPlanInstance *b = instance (plan, "b/1");
  g_assert_cmpuint (link_named (plan, "put")->port, ==, 1883);
  g_assert_cmpstr (option (b, "--capacity"), ==, "9");
  g_assert_cmpstr (option (b, "--durable"), ==, "/run/b-1");
  g_assert_null (option (b, "--threads"));
  assert_contains (option (instance (plan, "c/1"), "--call"), "put mqtt://127.77.");
  g_assert_null (strstr (option (instance (plan, "c/1"), "--call"), "consume"));
  assert_contains (option (instance (plan, "s/2"), "--call"), ":1883/ consume=s");
  assert_contains (option (instance (plan, "t/1"), "--call"), ":1883/a/+ op=read qos=0 consume=t/1");
}

static void
test_steps_of_a_mediator (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"m\" kind=\"mediator\"><builtin><call link=\"l\" path=\"/hold\" order=\"parallel\" "
    "undo=\"/release\"/></builtin></component>\n<component id=\"s\" kind=\"server\"/>\n"
    "<link id=\"l\" from=\"m\" to=\"s\"/>\n");
  assert_contains (option (instance (plan, "m/1"), "--call"), "/hold order=parallel undo=/release");
}

static void
test_proxy_keeps_replies (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"p\" kind=\"proxy\"><builtin capacity=\"9\" ttl=\"3s\" check=\"1s\"/></component>\n"
    "<component id=\"s\" kind=\"server\"/>\n<link id=\"l\" from=\"p\" to=\"s\"/>\n");
  const TbPlanInstance *p = instance (plan, "p/1");
  g_assert_cmpstr (option (p, "--capacity"), ==, "9");
  g_assert_cmpstr (option (p, "--ttl"), ==, "3s");
  g_assert_cmpstr (option (p, "--check"), ==, "1s /info");
}

static void
test_replicas_draw_different_numbers (void)
{
  g_autoptr (TbPlan) plan = plan_of ("<component id=\"c\" kind=\"server\" replicas=\"2\"/>\n");
  g_autoptr (TbPlan) again = plan_of ("<component id=\"c\" kind=\"server\" replicas=\"2\"/>\n");
  const char *one = option (instance (plan, "c/1"), "--seed");
  g_assert_cmpstr (one, !=, option (instance (plan, "c/2"), "--seed"));
  g_assert_cmpstr (one, ==, option (instance (again, "c/1"), "--seed"));
}

static void
test_builtin_cannot_speak_everything (void)
{
  assert_refused ("<component id=\"s\" kind=\"server\" name=\"Shop\"/>\n"
                  "<component id=\"p\" kind=\"store\"><service name=\"sql\" protocol=\"postgresql\"/>"
                  "<command>postgres</command></component>\n"
                  "<link id=\"l\" from=\"s\" to=\"p\"/>\n",
                  "test.tierboard:3: Shop cannot call over the link “l”: built-in parts speak http, "
                  "rpc, resp and mqtt, and its service speaks postgresql");
}

/* ---- Devices --------------------------------------------------------------------------------------- */

static void
test_devices (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<tier id=\"app\"><device id=\"app-1\"/><device id=\"app-2\"/></tier>\n<tier id=\"db\"/>\n"
    "<component id=\"s\" kind=\"server\" tier=\"app\" replicas=\"3\">"
    "<on replica=\"2\" device=\"app-1\"/></component>\n"
    "<component id=\"d\" kind=\"store\" tier=\"db\" replicas=\"2\"/>\n"
    "<component id=\"f\" kind=\"server\"/>\n");
  g_assert_cmpstr (instance (plan, "s/1")->device, ==, "app-1");
  g_assert_cmpstr (instance (plan, "s/2")->device, ==, "app-1");
  g_assert_cmpstr (instance (plan, "s/3")->device, ==, "app-1");
  g_assert_cmpstr (instance (plan, "d/2")->device, ==, "db-2");
  g_assert_cmpstr (instance (plan, "f/1")->device, ==, "f-1");
}

/* ---- Addresses -------------------------------------------------------------------------------------- */

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
          moved += p->address != instance (after, p->id)->address;
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

/* ---- Start order -------------------------------------------------------------------------------------- */

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
  g_assert_cmpuint (instance (plan, "a/1")->depends->len, ==, 1);
  g_assert_cmpuint (instance (plan, "b/1")->depends->len, ==, 1);
  g_assert_cmpuint (instance (plan, "c/1")->depends->len, ==, 0);
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
  g_assert_cmpuint (instance (plan, "a/1")->depends->len, ==, 0);
}

/* ---- Commands ------------------------------------------------------------------------------------------ */

#define STORE "<component id=\"db\" kind=\"store\"><service name=\"sql\" protocol=\"postgresql\"/>"    \
              "<service name=\"admin\" protocol=\"http\" port=\"9999\"/><command>pg</command></component>\n"

static void
test_command_is_expanded (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\" replicas=\"2\"><service name=\"web\" port=\"9000\"/>"
    "<command>run 'two words' --at ${host}:${port} --name=${name} \"${dir}/x y\" ${link.save.host} "
    "${link.save.port} ${link.save.url} ${replica}/${replicas} ${device} $${literal} ${port.web} "
    "${peers}</command></component>\n" STORE "<link id=\"save\" from=\"app\" to=\"db\"/>\n");
  const TbPlanInstance *app = instance (plan, "app/2");
  g_autofree char *host = tb_plan_address_text (app->address);
  g_autofree char *at = g_strdup_printf ("%s:9000", host);
  g_autofree char *target = tb_plan_address_text (link_named (plan, "save")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://%s:5432", target);
  g_autofree char *peer = tb_plan_address_text (instance (plan, "app/1")->address);
  g_autofree char *peers = g_strdup_printf ("%s:9000", peer);
  const char *expected[] = { "run", "two words", "--at", at, "--name=app/2", "/run/app-2/x y",
                             target, "5432", url, "2/2", "app-2", "${literal}", "9000", peers };
  g_assert_cmpuint (g_strv_length (app->argv), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (app->argv[i], ==, expected[i]);
}

static void
test_lists_are_written_as_asked (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\" replicas=\"2\"><service name=\"web\" port=\"9000\"/>"
    "<command>run ${members} ${members:,m=%} '${members:|s %}'</command></component>\n");
  const TbPlanInstance *app = instance (plan, "app/1");
  g_autofree char *a = tb_plan_address_text (app->address);
  g_autofree char *b = tb_plan_address_text (instance (plan, "app/2")->address);
  g_autofree char *plain = g_strdup_printf ("%s,%s", a, b);
  g_autofree char *commas = g_strdup_printf ("m=%s,m=%s", a, b);
  g_autofree char *lines = g_strdup_printf ("s %s\ns %s", a, b);
  g_assert_cmpstr (app->argv[1], ==, plain);
  g_assert_cmpstr (app->argv[2], ==, commas);
  g_assert_cmpstr (app->argv[3], ==, lines);
}

static void
test_environment_conventions (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"my-app\" kind=\"server\"><service name=\"web\" port=\"9000\"/>"
    "<command>run</command><env name=\"OWN\" value=\"at ${host}\"/><env name=\"PORT\" value=\"1\"/>"
    "</component>\n" STORE "<link id=\"save\" from=\"my-app\" to=\"db\"/>\n");
  const TbPlanInstance *app = instance (plan, "my-app/1");
  g_autofree char *host = tb_plan_address_text (app->address);
  g_autofree char *own = g_strdup_printf ("at %s", host);
  g_autofree char *target = tb_plan_address_text (link_named (plan, "save")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://%s:5432", target);
  g_assert_cmpstr (variable (app, "HOST"), ==, host);
  g_assert_cmpstr (variable (app, "PORT"), ==, "1");
  g_assert_cmpstr (variable (app, "OWN"), ==, own);
  g_assert_cmpstr (variable (app, "TIERBOARD_NODE"), ==, "my-app/1");
  g_assert_cmpstr (variable (app, "DB_HOST"), ==, target);
  g_assert_cmpstr (variable (app, "DB_PORT"), ==, "5432");
  g_assert_cmpstr (variable (app, "DB_URL"), ==, url);
  g_assert_cmpstr (variable (app, "SAVE_HOST"), ==, target);
  g_assert_cmpstr (variable (app, "services__db__postgresql__0"), ==, url);
  g_assert_cmpstr (variable (app, "DB_POSTGRESQL"), ==, url);
  g_assert_cmpstr (variable (app, "DB_SERVICE_HOST"), ==, target);
  g_assert_cmpstr (variable (app, "DB_PORT_5432_TCP_ADDR"), ==, target);
  g_assert_cmpstr (variable (app, "PC_PROC_NAME"), ==, "my-app");
  g_assert_cmpstr (variable (app, "PC_REPLICA_NUM"), ==, "0");
  assert_contains (variable (app, "OTEL_RESOURCE_ATTRIBUTES"), "service.instance.id=my-app/1");
}

static void
test_environment_of_a_template (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\"><command>run</command></component>\n"
    "<component id=\"db\" kind=\"store\"><template name=\"postgresql\"/></component>\n"
    "<component id=\"hot\" kind=\"cache\"><template name=\"redis\"/></component>\n"
    "<link id=\"save\" from=\"app\" to=\"db\"/>\n<link id=\"look\" from=\"app\" to=\"hot\"/>\n");
  const TbPlanInstance *app = instance (plan, "app/1");
  g_autofree char *db = tb_plan_address_text (link_named (plan, "save")->address);
  g_autofree char *hot = tb_plan_address_text (link_named (plan, "look")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://postgres@%s:5432/postgres", db);
  g_autofree char *redis = g_strdup_printf ("redis://%s:6379", hot);
  g_assert_cmpstr (variable (app, "DB_URL"), ==, url);
  g_assert_cmpstr (variable (app, "DATABASE_URL"), ==, url);
  g_assert_cmpstr (variable (app, "PGHOST"), ==, db);
  g_assert_cmpstr (variable (app, "PGUSER"), ==, "postgres");
  g_assert_cmpstr (variable (app, "DB_DATABASE"), ==, "postgres");
  g_assert_cmpstr (variable (app, "REDIS_URL"), ==, redis);
}

/* Which of two was meant nobody knows; and the indices of a component's keys go on. */
static void
test_environment_of_two_links (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\"><command>run</command></component>\n" STORE
    "<link id=\"save\" from=\"app\" to=\"db\"/>\n<link id=\"load\" from=\"app\" to=\"db\"/>\n");
  const TbPlanInstance *app = instance (plan, "app/1");
  g_assert_null (variable (app, "DATABASE_URL"));
  g_assert_cmpstr (variable (app, "services__db__postgresql__0"), !=,
                   variable (app, "services__db__postgresql__1"));
  g_assert_nonnull (variable (app, "services__db__postgresql__1"));
}

static void
test_unknown_names_are_refused (void)
{
#define APP(inside) "<component id=\"app\" kind=\"server\" name=\"App\">" inside "</component>\n"
  assert_refused (APP ("<command>run ${hots}</command>"),
                  "test.tierboard:3: App: “${hots}” stands for nothing");
  assert_refused (APP ("<command>run ${link.save.host}</command>"),
                  "no link “save” leads from App (it has none)");
  assert_refused (APP ("<command>run ${port}</command>"), "App offers no service");
  assert_refused (APP ("<command>run ${param.x}</command>"), "no such parameter");
  assert_refused (APP ("<command>run ${peer.2.host}</command>"), "stands for nothing");
  assert_refused (APP ("<command>run 'x</command>"), "a quote that does not end");
  assert_refused (APP ("<command>   </command>"), "the command is empty");
  assert_refused (APP ("<command>run</command><file name=\"../x\">y</file>"),
                  "does not lie below ${dir}");
  assert_refused (APP ("<command>run</command><ready kind=\"tcp\"/>"), "it has none");
  assert_refused (APP ("<command>run</command><stop exits=\"0 256\"/>"),
                  "“256” is no number from 0 to 255");
}

static void
test_a_directory_is_no_part_of_the_command (void)
{
  g_autoptr (TbPlan) plan
    = plan_of ("<component id=\"a\" kind=\"server\"><command dir=\"/srv/${component}\">run it</command></component>\n"
               "<component id=\"b\" kind=\"client\"><command>x</command></component>\n");
  g_autofree char *line = command_line (instance (plan, "a/1"));
  g_autofree char *commands = tb_plan_commands (plan);
  g_assert_cmpstr (line, ==, "run it");
  g_assert_cmpstr (instance (plan, "a/1")->work_dir, ==, "/srv/a");
  g_assert_cmpstr (instance (plan, "b/1")->work_dir, ==, "");
  assert_contains (commands, "a: run it\n  in /srv/${component}\n");
}

static void
test_an_unfinished_name_stays (void)
{
  g_autoptr (TbPlan) plan
    = plan_of ("<component id=\"a\" kind=\"server\"><command>run ${host $host $$ {}</command></component>\n");
  g_autofree char *line = command_line (instance (plan, "a/1"));
  g_assert_cmpstr (line, ==, "run ${host $host $$ {}");
}

static void
test_readiness (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><service name=\"w\" port=\"9000\"/><command>x</command>"
    "<ready kind=\"http\" path=\"/up\" timeout=\"3s\"/><stop signal=\"QUIT\" grace=\"1s\" exits=\"0 143\"/></component>\n"
    "<component id=\"b\" kind=\"client\"><command>x</command></component>\n"
    "<component id=\"c\" kind=\"store\"><service name=\"r\" protocol=\"resp\"/><command>x</command></component>\n");
  const TbPlanInstance *a = instance (plan, "a/1");
  g_assert_cmpint (a->ready.kind, ==, TB_PLAN_PROBE_HTTP);
  g_assert_cmpstr (a->ready.argument, ==, "9000 /up");
  g_assert_cmpint (a->ready_timeout_ns, ==, 3 * TB_NS_PER_S);
  g_assert_cmpint (a->stop_signal, ==, 3);
  g_assert_cmpint (a->stop_grace_ns, ==, TB_NS_PER_S);
  g_assert_cmpuint (a->clean_exits->len, ==, 2);
  g_assert_cmpuint (g_array_index (a->clean_exits, guint32, 1), ==, 143);
  g_assert_cmpuint (instance (plan, "b/1")->clean_exits->len, ==, 0);
  g_assert_cmpint (instance (plan, "b/1")->ready.kind, ==, TB_PLAN_PROBE_NONE);
  g_assert_cmpint (instance (plan, "c/1")->ready.kind, ==, TB_PLAN_PROBE_RESP);
  g_assert_cmpstr (instance (plan, "c/1")->ready.argument, ==, "6379");
}

/* ---- Templates ------------------------------------------------------------------------------------------- */

static void
test_redis_replicates (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"r\" kind=\"store\" replicas=\"2\"><template name=\"redis\">"
    "<param name=\"replication\" value=\"primary-backup\"/></template></component>\n");
  g_autofree char *one = command_line (instance (plan, "r/1"));
  g_autofree char *two = command_line (instance (plan, "r/2"));
  g_autofree char *first = tb_plan_address_text (instance (plan, "r/1")->address);
  g_autofree char *follow = g_strdup_printf ("--replicaof %s 6379", first);
  assert_contains (one, "redis-server --port 6379 --dir /run/r-1");
  assert_lacks (one, "--replicaof");
  assert_contains (one, "--bind 127.77.");
  assert_contains (two, follow);
  g_assert_cmpuint (instance (plan, "r/2")->depends->len, ==, 1);
  g_assert_cmpint (instance (plan, "r/1")->ready.kind, ==, TB_PLAN_PROBE_RESP);
  g_assert_nonnull (link_named (plan, "r.replicas"));
}

static void
test_redis_on_every_address (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"r\" kind=\"cache\"><template name=\"redis\">"
    "<param name=\"bind\" value=\"any\"/></template></component>\n");
  g_autofree char *line = command_line (instance (plan, "r/1"));
  assert_lacks (line, "--bind");
}

static void
test_redis_follows_a_drawn_link (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"store\"><template name=\"redis\"/></component>\n"
    "<component id=\"b\" kind=\"store\"><template name=\"redis\"/></component>\n"
    "<link id=\"copy\" from=\"b\" to=\"a\"/>\n");
  g_autofree char *b = command_line (instance (plan, "b/1"));
  g_autofree char *host = tb_plan_address_text (link_named (plan, "copy")->address);
  g_autofree char *follow = g_strdup_printf ("--replicaof %s 6379", host);
  assert_contains (b, follow);
}

static void
test_nginx_serves_a_page (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"n\" kind=\"server\"><template name=\"nginx\">"
    "<param name=\"page\" value=\"Hi\"/></template></component>\n");
  const char *conf = file (instance (plan, "n/1"), "nginx.conf");
  assert_contains (conf, "return 200 \"Hi\\n\"");
  assert_contains (conf, "client_body_temp_path /run/n-1/client-body");
  assert_contains (conf, "proxy_set_header Host $http_host;");
  assert_lacks (conf, "${");
  assert_lacks (conf, "user ");
}

static void
test_nginx_passes_on (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"n\" kind=\"balancer\"><template name=\"nginx\"/></component>\n"
    "<component id=\"s\" kind=\"server\" replicas=\"2\"/>\n"
    "<link id=\"to-s\" from=\"n\" to=\"s\" balance=\"round-robin\"/>\n");
  const char *conf = file (instance (plan, "n/1"), "nginx.conf");
  g_autofree char *one = tb_plan_address_text (instance (plan, "s/1")->address);
  g_autofree char *two = tb_plan_address_text (instance (plan, "s/2")->address);
  g_autofree char *servers = g_strdup_printf ("server %s:8080; server %s:8080;", one, two);
  assert_contains (conf, "upstream to-s {");
  assert_contains (conf, servers);
  assert_contains (conf, "location / { proxy_pass http://to-s; }");
}

static void
test_template_mistakes (void)
{
  assert_refused ("<component id=\"x\" kind=\"store\" name=\"X\"><template name=\"redsi\"/></component>\n",
                  "test.tierboard:3: X: there is no template “redsi” (there are: etcd, haproxy, memcached, mosquitto, nats, nginx, postgresql, redis, redis-sentinel)");
  assert_refused ("<component id=\"x\" kind=\"store\"><template name=\"../../etc/passwd\"/></component>\n",
                  "there is no template");
  assert_refused ("<component id=\"x\" kind=\"store\" name=\"X\"><template name=\"redis\">"
                  "<param name=\"colour\" value=\"red\"/></template></component>\n",
                  "X: the template redis has no parameter “colour”");
  assert_refused ("<component id=\"x\" kind=\"store\" name=\"X\"><template name=\"redis\">"
                  "<param name=\"appendonly\" value=\"maybe\"/></template></component>\n",
                  "appendonly is “maybe”, and can be one of: yes no");
  assert_refused ("<component id=\"x\" kind=\"client\" name=\"X\"><template name=\"redis\"/></component>\n",
                  "X is a client, and the template redis is for: store cache broker");
}

/* ---- Externals ---------------------------------------------------------------------------------------------- */

static void
test_external_keeps_its_address (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"client\"><command>curl ${link.l.url} ${link.l.host}</command></component>\n"
    "<component id=\"e\" kind=\"external\" address=\"db.example.org:5432\"/>\n"
    "<link id=\"l\" from=\"a\" to=\"e\"/>\n");
  const TbPlanInstance *a = instance (plan, "a/1");
  g_assert_true (instance (plan, "e/1")->external);
  g_assert_cmpstr (a->argv[1], ==, "tcp://db.example.org:5432");
  g_assert_cmpstr (a->argv[2], ==, "db.example.org");
  g_assert_cmpuint (a->depends->len, ==, 0);
}

static const char *
url_to_outside (const char *address, char **host)
{
  g_autofree char *body = g_strdup_printf (
    "<component id=\"a\" kind=\"server\"><command>x ${link.l.url} ${link.l.host}</command></component>\n"
    "<component id=\"e\" kind=\"external\" address=\"%s\"/>\n"
    "<link id=\"l\" from=\"a\" to=\"e\"/>\n", address);
  static char *url;
  g_autoptr (TbPlan) plan = plan_of (body);
  g_free (url);
  url = g_strdup (instance (plan, "a/1")->argv[1]);
  *host = tb_plan_address_text (link_named (plan, "l")->address);
  return url;
}

/* What has no name of its own outside is reached at the link's address, so that it has a tap. */
static void
test_external_by_number_is_reached_by_its_link (void)
{
  static const char *const rows[][2] = {
    { "localhost:5432", "tcp://%s:5432" },
    { "10.0.0.7:9000", "tcp://%s:9000" },
    { "[::1]:80", "tcp://%s:80" },
    { "postgres://app:p%40ss@localhost:5433/shop", "postgres://app:p%%40ss@%s:5433/shop" },
    { "redis://:secret@127.0.0.1", "redis://:secret@%s:6379" },
    { "http://127.0.0.1/v1/", "http://%s:80/v1/" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *host = NULL;
      const char *url = url_to_outside (rows[i][0], &host);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_autofree char *wanted = g_strdup_printf (rows[i][1], host);
#pragma GCC diagnostic pop
      g_assert_cmpstr (url, ==, wanted);
    }
}

static void
test_external_url_is_what_programs_are_told (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><command>x</command></component>\n"
    "<component id=\"db\" kind=\"external\" address=\"postgres://app:secret@db.example.org/shop\"/>\n"
    "<component id=\"cache\" kind=\"external\" address=\"rediss://cache.example.org\"/>\n"
    "<link id=\"rows\" from=\"a\" to=\"db\"/><link id=\"keys\" from=\"a\" to=\"cache\"/>\n");
  const TbPlanInstance *a = instance (plan, "a/1");
  g_assert_cmpstr (variable (a, "DATABASE_URL"), ==, "postgres://app:secret@db.example.org:5432/shop");
  g_assert_cmpstr (variable (a, "PGUSER"), ==, "app");
  g_assert_cmpstr (variable (a, "PGPASSWORD"), ==, "secret");
  g_assert_cmpstr (variable (a, "DB_DATABASE"), ==, "shop");
  g_assert_cmpstr (variable (a, "REDIS_URL"), ==, "rediss://cache.example.org:6379");
  g_assert_cmpstr (link_named (plan, "rows")->protocol, ==, "postgresql");
  g_assert_cmpstr (link_named (plan, "keys")->protocol, ==, "tls");
  assert_refused ("<component id=\"e\" kind=\"external\" address=\"postgres://\" name=\"E\"/>\n",
                  "E: the address “postgres://” is no URL");
}

static void
test_callers_are_told_whom_to_log_in_as (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><command>x ${link.l.url}</command></component>\n"
    "<component id=\"db\" kind=\"store\"><service name=\"sql\" protocol=\"postgresql\" port=\"5432\""
    " user=\"shop\" password=\"p@ss/word\" database=\"orders\"/><command>postgres</command></component>\n"
    "<link id=\"l\" from=\"a\" to=\"db\"/>\n");
  const TbPlanInstance *a = instance (plan, "a/1");
  g_autofree char *host = tb_plan_address_text (link_named (plan, "l")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://shop:p%%40ss%%2Fword@%s:5432/orders", host);
  g_assert_cmpstr (a->argv[1], ==, url);
  g_assert_cmpstr (variable (a, "DATABASE_URL"), ==, url);
  g_assert_cmpstr (variable (a, "PGPASSWORD"), ==, "p@ss/word");
}

static void
test_a_drawn_collector_is_reported_to (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><command>x</command></component>\n"
    "<component id=\"b\" kind=\"server\"><command>x</command></component>\n"
    "<component id=\"otel\" kind=\"server\"><service name=\"otlp\" port=\"4318\"/><command>x</command></component>\n"
    "<link id=\"l\" from=\"a\" to=\"otel\" call=\"async\"/>\n");
  g_autofree char *host = tb_plan_address_text (link_named (plan, "l")->address);
  g_autofree char *url = g_strdup_printf ("http://%s:4318", host);
  g_assert_cmpstr (variable (instance (plan, "a/1"), "OTEL_EXPORTER_OTLP_ENDPOINT"), ==, url);
  g_assert_cmpstr (variable (instance (plan, "a/1"), "OTEL_EXPORTER_OTLP_PROTOCOL"), ==, "http/protobuf");
  g_assert_null (variable (instance (plan, "b/1"), "OTEL_EXPORTER_OTLP_ENDPOINT"));
}

/* ---- Trust ----------------------------------------------------------------------------------------------------- */

static char *
commands_at (const char *body, guint block, const char *dir)
{
  g_autoptr (TbDocument) document = document_of (body);
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

/* ---- Probing clients ---- */

static TbPlan *
plan_with_probes (const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = document_of (body);
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
      const TbPlanInstance *probe = instance (plan, id), *replica = instance (plan, of);
      g_autofree char *address = tb_plan_address_text (replica->address);
      g_assert_true (probe->probe && probe->builtin && probe->component == 0);
      g_assert_cmpstr (probe->device, ==, replica->device);
      g_assert_nonnull (strstr (option (probe, "--call"), address));
      g_assert_nonnull (tb_plan_load_path (probe));
      g_assert_cmpuint (probe->depends->len, ==, 1);
    }
  const TbPlanLink *link = link_named (plan, "orders.probe");
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
  T ("store-over-http", a_store_over_http_is_called_as_one);
  T ("store-cannot", what_a_store_cannot_do_is_refused);
  T ("builtin/options", builtin_options);
  T ("builtin/replication is passed on", replication_is_passed_on);
  T ("builtin/balance-gives-replicas", balance_gives_replicas);
  T ("builtin/balancer-takes-turns", balancer_takes_turns);
  T ("builtin/balancer-asks-its-targets", balancer_asks_its_targets);
  T ("builtin/proxy-keeps-replies", proxy_keeps_replies);
  T ("builtin/broker", broker_is_published_to_and_read);
  T ("builtin/mediator", steps_of_a_mediator);
  T ("builtin/replicas-draw-different-numbers", replicas_draw_different_numbers);
  T ("builtin/cannot-speak-everything", builtin_cannot_speak_everything);
  T ("devices", devices);
  T ("addresses/unique", addresses_are_unique);
  T ("addresses/stable", addresses_are_stable);
  T ("addresses/too-many-instances", too_many_instances);
  T ("order/cycles-are-cut", cycles_are_cut);
  T ("order/any-graph-can-start", any_graph_can_start);
  T ("order/async-targets-are-not-waited-for", async_targets_are_not_waited_for);
  T ("command/expanded", command_is_expanded);
  T ("command/lists", lists_are_written_as_asked);
  T ("command/environment", environment_conventions);
  T ("command/environment-of-a-template", environment_of_a_template);
  T ("command/environment-of-two-links", environment_of_two_links);
  T ("command/unknown-names-are-refused", unknown_names_are_refused);
  T ("command/directory", a_directory_is_no_part_of_the_command);
  T ("command/an-unfinished-name-stays", an_unfinished_name_stays);
  T ("command/readiness", readiness);
  T ("template/redis-replicates", redis_replicates);
  T ("template/redis-on-every-address", redis_on_every_address);
  T ("template/redis-follows-a-drawn-link", redis_follows_a_drawn_link);
  T ("template/nginx-serves-a-page", nginx_serves_a_page);
  T ("template/nginx-passes-on", nginx_passes_on);
  T ("template/mistakes", template_mistakes);
  T ("external", external_keeps_its_address);
  T ("external-number", external_by_number_is_reached_by_its_link);
  T ("external-url", external_url_is_what_programs_are_told);
  T ("collector", a_drawn_collector_is_reported_to);
  T ("access", callers_are_told_whom_to_log_in_as);
  T ("trust/builtins-need-none", builtins_need_no_trust);
  T ("trust/depends-on-the-drawing-alone", trust_depends_on_the_drawing_alone);
  T ("trust/covers-what-steers-a-command", trust_covers_what_steers_a_command);
  g_test_add_func ("/plan/probes", test_probes_ask_one_replica_each);
  g_test_add_func ("/plan/probes/nothing-else", test_probes_change_nothing_that_is_drawn);
  g_test_add_func ("/plan/probes/names", test_knows_probes_by_their_names);
  return g_test_run ();
}
