/* What lies outside in a plan: where it is, and what those who call it are told. */
#include "plan-fixture.h"

static void
test_external_keeps_its_address (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"client\"><command>curl ${link.l.url} ${link.l.host}</command></component>\n"
    "<component id=\"e\" kind=\"external\" address=\"db.example.org:5432\"/>\n"
    "<link id=\"l\" from=\"a\" to=\"e\"/>\n");
  const TbPlanInstance *a = plan_instance (plan, "a/1");
  g_assert_true (plan_instance (plan, "e/1")->external);
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
  url = g_strdup (plan_instance (plan, "a/1")->argv[1]);
  *host = tb_plan_address_text (plan_link (plan, "l")->address);
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
  const TbPlanInstance *a = plan_instance (plan, "a/1");
  g_assert_cmpstr (plan_variable (a, "DATABASE_URL"), ==, "postgres://app:secret@db.example.org:5432/shop");
  g_assert_cmpstr (plan_variable (a, "PGUSER"), ==, "app");
  g_assert_cmpstr (plan_variable (a, "PGPASSWORD"), ==, "secret");
  g_assert_cmpstr (plan_variable (a, "DB_DATABASE"), ==, "shop");
  g_assert_cmpstr (plan_variable (a, "REDIS_URL"), ==, "rediss://cache.example.org:6379");
  g_assert_cmpstr (plan_link (plan, "rows")->protocol, ==, "postgresql");
  g_assert_cmpstr (plan_link (plan, "keys")->protocol, ==, "tls");
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
  const TbPlanInstance *a = plan_instance (plan, "a/1");
  g_autofree char *host = tb_plan_address_text (plan_link (plan, "l")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://shop:p%%40ss%%2Fword@%s:5432/orders", host);
  g_assert_cmpstr (a->argv[1], ==, url);
  g_assert_cmpstr (plan_variable (a, "DATABASE_URL"), ==, url);
  g_assert_cmpstr (plan_variable (a, "PGPASSWORD"), ==, "p@ss/word");
}

static void
test_a_drawn_collector_is_reported_to (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><command>x</command></component>\n"
    "<component id=\"b\" kind=\"server\"><command>x</command></component>\n"
    "<component id=\"otel\" kind=\"server\"><service name=\"otlp\" port=\"4318\"/><command>x</command></component>\n"
    "<link id=\"l\" from=\"a\" to=\"otel\" call=\"async\"/>\n");
  g_autofree char *host = tb_plan_address_text (plan_link (plan, "l")->address);
  g_autofree char *url = g_strdup_printf ("http://%s:4318", host);
  g_assert_cmpstr (plan_variable (plan_instance (plan, "a/1"), "OTEL_EXPORTER_OTLP_ENDPOINT"), ==, url);
  g_assert_cmpstr (plan_variable (plan_instance (plan, "a/1"), "OTEL_EXPORTER_OTLP_PROTOCOL"), ==, "http/protobuf");
  g_assert_null (plan_variable (plan_instance (plan, "b/1"), "OTEL_EXPORTER_OTLP_ENDPOINT"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/plan/" path, test_##name)
  T ("external", external_keeps_its_address);
  T ("external-number", external_by_number_is_reached_by_its_link);
  T ("external-url", external_url_is_what_programs_are_told);
  T ("collector", a_drawn_collector_is_reported_to);
  T ("access", callers_are_told_whom_to_log_in_as);
  return g_test_run ();
}
