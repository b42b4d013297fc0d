/* Built-in components in a plan: how the drawing becomes their options. */
#include "plan-fixture.h"

#include <string.h>

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
  assert_contains (plan_option (plan_instance (etcd, "c/1"), "--call"), " op=cas api=etcd");
  assert_contains (plan_option (plan_instance (stale, "c/1"), "--call"), " op=read api=etcd reads=serializable");
  assert_contains (plan_option (plan_instance (web, "c/1"), "--call"), ":80/ op=write api=keys");
  g_autoptr (TbPlan) request = plan_of ("<component id=\"c\" kind=\"client\"/>\n" WEB TO_STORE);
  assert_lacks (plan_option (plan_instance (request, "c/1"), "--call"), "api=");
}

static void
test_what_a_store_cannot_do_is_refused (void)
{
  assert_refused (CALLER ("append") WEB TO_STORE, "cannot do “append” over the link “l”");
}

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
  const TbPlanInstance *c = plan_instance (plan, "c/1"), *s = plan_instance (plan, "s/1");
  const char *call = plan_option (c, "--call");
  g_assert_cmpstr (plan_option (c, "--threads"), ==, "pool 2");
  g_assert_cmpstr (plan_option (c, "--rate"), ==, "50");
  g_assert_cmpstr (plan_option (c, "--requests"), ==, "100");
  g_assert_null (plan_option (c, "--think"));
  assert_contains (call, ":9000/cart op=write share=0.4");
  assert_contains (call, " keys=7 timeout=1500ms retries=2");
  g_assert_cmpstr (plan_option (s, "--work"), ==, "cpu 5ms");
  g_assert_cmpstr (plan_option (s, "--state"), ==, "stateful");
  assert_contains (plan_option (s, "--call"), "m resp://127.77.2");
  assert_contains (plan_option (s, "--call"), " async");
  g_assert_cmpstr (plan_option (plan_instance (plan, "d/1"), "--durable"), ==, "/run/d-1");
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
  const TbPlanInstance *a = plan_instance (plan, "a/2"), *q = plan_instance (plan, "q/3");
  g_autofree char *own = tb_plan_address_text (a->address);
  g_assert_cmpstr (plan_option (a, "--replication"), ==, "primary-async");
  g_assert_cmpstr (plan_option (a, "--reads"), ==, "any");
  g_assert_cmpstr (plan_option (a, "--failover"), ==, "yes");
  g_assert_cmpstr (plan_option (a, "--replica"), ==, "2");
  assert_contains (plan_option (a, "--peers"), own);
  g_assert_cmpstr (plan_option (a, "--journal"), ==, "/run/a-2");
  g_assert_cmpstr (plan_option (q, "--quorum"), ==, "3 1 2");
  g_assert_cmpstr (plan_option (q, "--read-repair"), ==, "no");
  g_assert_null (plan_option (q, "--journal"));
  g_assert_cmpstr (plan_option (q, "--durable"), ==, "/run/q-3");
  g_assert_null (plan_option (plan_instance (plan, "n/1"), "--replication"));
}

static void
test_balance_gives_replicas (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"c\" kind=\"client\"/>\n<component id=\"s\" kind=\"server\" replicas=\"3\"/>\n"
    "<link id=\"l\" from=\"c\" to=\"s\" balance=\"random\"/>\n");
  const char *call = plan_option (plan_instance (plan, "c/1"), "--call");
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("s/%u", i);
      g_autofree char *address = tb_plan_address_text (plan_instance (plan, id)->address);
      assert_contains (call, address);
    }
  assert_contains (call, "balance=random");
  g_assert_cmpuint (plan_link (plan, "l")->to->len, ==, 3);
}

static void
test_balancer_takes_turns (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"b\" kind=\"balancer\"/>\n<component id=\"s\" kind=\"server\" replicas=\"2\"/>\n"
    "<link id=\"l\" from=\"b\" to=\"s\"/>\n");
  assert_contains (plan_option (plan_instance (plan, "b/1"), "--call"), "balance=round-robin");
}

static void
test_balancer_asks_its_targets (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"b\" kind=\"balancer\"/>\n"
    "<component id=\"s\" kind=\"server\" replicas=\"2\" affinity=\"session\"/>\n"
    "<link id=\"l\" from=\"b\" to=\"s\"/>\n");
  const TbPlanInstance *b = plan_instance (plan, "b/1");
  g_assert_cmpstr (plan_option (b, "--check"), ==, "500ms /info");
  g_assert_cmpstr (plan_option (b, "--threads"), ==, "pool 16");
  assert_contains (plan_option (b, "--call"), "balance=sticky");
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
  const TbPlanInstance *b = plan_instance (plan, "b/1");
  g_assert_cmpuint (plan_link (plan, "put")->port, ==, 1883);
  g_assert_cmpstr (plan_option (b, "--capacity"), ==, "9");
  g_assert_cmpstr (plan_option (b, "--durable"), ==, "/run/b-1");
  g_assert_null (plan_option (b, "--threads"));
  assert_contains (plan_option (plan_instance (plan, "c/1"), "--call"), "put mqtt://127.77.");
  g_assert_null (strstr (plan_option (plan_instance (plan, "c/1"), "--call"), "consume"));
  assert_contains (plan_option (plan_instance (plan, "s/2"), "--call"), ":1883/ consume=s");
  assert_contains (plan_option (plan_instance (plan, "t/1"), "--call"), ":1883/a/+ op=read qos=0 consume=t/1");
}

static void
test_steps_of_a_mediator (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"m\" kind=\"mediator\"><builtin><call link=\"l\" path=\"/hold\" order=\"parallel\" "
    "undo=\"/release\"/></builtin></component>\n<component id=\"s\" kind=\"server\"/>\n"
    "<link id=\"l\" from=\"m\" to=\"s\"/>\n");
  assert_contains (plan_option (plan_instance (plan, "m/1"), "--call"), "/hold order=parallel undo=/release");
}

static void
test_proxy_keeps_replies (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"p\" kind=\"proxy\"><builtin capacity=\"9\" ttl=\"3s\" check=\"1s\"/></component>\n"
    "<component id=\"s\" kind=\"server\"/>\n<link id=\"l\" from=\"p\" to=\"s\"/>\n");
  const TbPlanInstance *p = plan_instance (plan, "p/1");
  g_assert_cmpstr (plan_option (p, "--capacity"), ==, "9");
  g_assert_cmpstr (plan_option (p, "--ttl"), ==, "3s");
  g_assert_cmpstr (plan_option (p, "--check"), ==, "1s /info");
}

static void
test_replicas_draw_different_numbers (void)
{
  g_autoptr (TbPlan) plan = plan_of ("<component id=\"c\" kind=\"server\" replicas=\"2\"/>\n");
  g_autoptr (TbPlan) again = plan_of ("<component id=\"c\" kind=\"server\" replicas=\"2\"/>\n");
  const char *one = plan_option (plan_instance (plan, "c/1"), "--seed");
  g_assert_cmpstr (one, !=, plan_option (plan_instance (plan, "c/2"), "--seed"));
  g_assert_cmpstr (one, ==, plan_option (plan_instance (again, "c/1"), "--seed"));
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/plan/" path, test_##name)
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
  return g_test_run ();
}
