/* The plan of lives: who waits for whom and how far, what asks whether it is ready and still works,
 * when it is started again. */
#include <string.h>

#include "tb-base.h"
#include "tb-plan.h"

static TbPlan *
try_plan (const char *body, GError **error)
{
  g_autofree char *xml = g_strconcat ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                      "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n",
                                      body, "</architecture>\n", NULL);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, error);
  g_assert_nonnull (document);
  const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node", .seed = 5,
                                  .file = "test.tierboard" };
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

/* "b/1 ready, b/2 ready" */
static char *
waits_of (const TbPlan *plan, const char *id)
{
  static const char *const names[] = { "ready", "started", "ended", "succeeded" };
  const TbPlanInstance *i = instance (plan, id);
  GString *text = g_string_new (NULL);
  g_assert_cmpuint (i->depends->len, ==, i->until->len);
  for (guint k = 0; k < i->depends->len; k++)
    {
      const TbPlanInstance *on
        = g_ptr_array_index (plan->instances, g_array_index (i->depends, guint, k));
      g_string_append_printf (text, "%s%s %s", k > 0 ? ", " : "", on->id,
                              names[g_array_index (i->until, guint32, k)]);
    }
  return g_string_free (text, FALSE);
}

#define assert_waits(plan, id, expected)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *waits_ = waits_of (plan, id);                                                 \
    g_assert_cmpstr (waits_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

#define COMMAND(id, more) "<component id=\"" id "\" kind=\"server\"><command>x</command>" more "</component>\n"
#define SERVER(id, more)                                                                           \
  "<component id=\"" id "\" kind=\"server\"><service name=\"w\" port=\"9000\"/><command>x</command>" more      \
  "</component>\n"

/* ---- Depends ------------------------------------------------------------------------------------- */

static void
test_each_condition_is_kept (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    COMMAND ("a", "<depends on=\"b\" condition=\"started\"/><depends on=\"c\" condition=\"ended\"/>"
                  "<depends on=\"d\" condition=\"succeeded\"/><depends on=\"e\"/>")
    COMMAND ("b", "") COMMAND ("c", "") COMMAND ("d", "") COMMAND ("e", ""));
  assert_waits (plan, "a/1", "b/1 started, c/1 ended, d/1 succeeded, e/1 ready");
  assert_waits (plan, "b/1", "");
}

static void
test_all_replicas_wait_for_all (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\" replicas=\"2\"><command>x</command><depends on=\"b\"/></component>\n"
    "<component id=\"b\" kind=\"server\" replicas=\"2\"><command>x</command></component>\n");
  assert_waits (plan, "a/1", "b/1 ready, b/2 ready");
  assert_waits (plan, "a/2", "b/1 ready, b/2 ready");
}

static void
test_what_is_said_goes_before_the_link (void)
{
  const char *link = "<link id=\"l\" from=\"a\" to=\"b\"/>\n";
  g_autofree char *said = g_strconcat (COMMAND ("a", "<depends on=\"b\" condition=\"started\"/>")
                                       SERVER ("b", ""), link, NULL);
  g_autofree char *no = g_strconcat (COMMAND ("a", "<depends on=\"b\" condition=\"no\"/>")
                                     SERVER ("b", ""), link, NULL);
  g_autofree char *none = g_strconcat (COMMAND ("a", "") SERVER ("b", ""), link, NULL);
  g_autoptr (TbPlan) one = plan_of (said), two = plan_of (no), three = plan_of (none);
  assert_waits (one, "a/1", "b/1 started");
  assert_waits (two, "a/1", "");
  assert_waits (three, "a/1", "b/1 ready");
}

static void
test_waiting_for_one_another_ends (void)
{
  g_autoptr (TbPlan) plan = plan_of (COMMAND ("a", "<depends on=\"b\"/>") COMMAND ("b", "<depends on=\"a\"/>"));
  const TbPlanInstance *a = instance (plan, "a/1"), *b = instance (plan, "b/1");
  g_assert_cmpuint (a->depends->len + b->depends->len, ==, 1);
}

static void
test_a_job_before_a_service (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    COMMAND ("migrate", "<depends on=\"db\"/>") SERVER ("db", "")
    SERVER ("api", "<depends on=\"migrate\" condition=\"succeeded\"/>")
    "<link id=\"l\" from=\"api\" to=\"db\"/>\n");
  assert_waits (plan, "api/1", "migrate/1 succeeded, db/1 ready");
  assert_waits (plan, "migrate/1", "db/1 ready");
}

/* ---- Ready --------------------------------------------------------------------------------------- */

static void
test_every_field_of_readiness (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    SERVER ("a", "<ready kind=\"http\" port=\"8081\" path=\"/up\" status=\"204\" header=\"X-Of: ${host}\" "
                 "delay=\"2s\" interval=\"50ms\" within=\"300ms\" successes=\"2\" timeout=\"7s\"/>"));
  const TbPlanInstance *a = instance (plan, "a/1");
  g_autofree char *host = tb_plan_address_text (a->address), *header = g_strconcat ("X-Of: ", host, NULL);
  g_assert_cmpint (a->ready.kind, ==, TB_PLAN_PROBE_HTTP);
  g_assert_cmpstr (a->ready.argument, ==, "8081 /up");
  g_assert_cmpuint (a->ready.status, ==, 204);
  g_assert_cmpstr (a->ready.header, ==, header);
  g_assert_cmpint (a->ready.delay_ns, ==, 2 * TB_NS_PER_S);
  g_assert_cmpint (a->ready.interval_ns, ==, 50 * TB_NS_PER_MS);
  g_assert_cmpint (a->ready.within_ns, ==, 300 * TB_NS_PER_MS);
  g_assert_cmpuint (a->ready.successes, ==, 2);
  g_assert_cmpint (a->ready_timeout_ns, ==, 7 * TB_NS_PER_S);
}

static void
test_each_kind_of_readiness (void)
{
  static const struct
  {
    const char *xml;
    TbPlanProbe kind;
    const char *argument;
  } cases[] = {
    { "<ready kind=\"tcp\"/>", TB_PLAN_PROBE_TCP, "9000" },
    { "<ready kind=\"tcp\" port=\"7\"/>", TB_PLAN_PROBE_TCP, "7" },
    { "<ready kind=\"http\"/>", TB_PLAN_PROBE_HTTP, "9000 /" },
    { "<ready kind=\"resp\"/>", TB_PLAN_PROBE_RESP, "9000" },
    { "<ready kind=\"postgresql\"/>", TB_PLAN_PROBE_POSTGRESQL, "9000" },
    { "<ready kind=\"mqtt\"/>", TB_PLAN_PROBE_MQTT, "9000" },
    { "<ready kind=\"log\" pattern=\"^up$\"/>", TB_PLAN_PROBE_LOG, "^up$" },
    { "<ready kind=\"exec\" command=\"test -e ${dir}/x\"/>", TB_PLAN_PROBE_EXEC, "test -e /run/a-1/x" },
    { "<ready kind=\"notify\"/>", TB_PLAN_PROBE_NOTIFY, "" },
    { "<ready kind=\"none\"/>", TB_PLAN_PROBE_NONE, "" },
    { "", TB_PLAN_PROBE_TCP, "9000" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body
        = g_strdup_printf ("<component id=\"a\" kind=\"server\"><service name=\"w\" port=\"9000\"/>"
                           "<command>x</command>%s</component>\n", cases[i].xml);
      g_autoptr (TbPlan) plan = plan_of (body);
      g_assert_cmpint (instance (plan, "a/1")->ready.kind, ==, cases[i].kind);
      g_assert_cmpstr (instance (plan, "a/1")->ready.argument, ==, cases[i].argument);
    }
}

static void
test_a_port_to_probe_is_needed (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (try_plan (COMMAND ("a", "<ready kind=\"http\"/>"), &error));
  g_assert_nonnull (strstr (error->message, "to be probed at a port, and it has none"));
}

static void
test_a_header_is_one_line (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (try_plan (SERVER ("a", "<ready kind=\"http\" header=\"A: b&#10;C: d\"/>"), &error));
  g_assert_nonnull (strstr (error->message, "a header is one line"));
}

/* ---- Alive --------------------------------------------------------------------------------------- */

static void
test_nobody_asks_whether_it_works_unless_drawn (void)
{
  g_autoptr (TbPlan) plan = plan_of (SERVER ("a", "<ready kind=\"http\"/>"));
  g_assert_cmpint (instance (plan, "a/1")->alive.kind, ==, TB_PLAN_PROBE_NONE);
}

static void
test_it_is_asked_as_its_readiness_is (void)
{
  g_autoptr (TbPlan) plan = plan_of (SERVER ("a", "<ready kind=\"http\" path=\"/up\"/><alive/>")
                                     SERVER ("b", "<ready kind=\"log\" pattern=\"up\"/><alive/>"));
  const TbPlanInstance *a = instance (plan, "a/1"), *b = instance (plan, "b/1");
  g_assert_cmpint (a->alive.kind, ==, TB_PLAN_PROBE_HTTP);
  g_assert_cmpstr (a->alive.argument, ==, "9000 /up");
  g_assert_cmpint (a->alive.interval_ns, ==, 5 * TB_NS_PER_S);
  g_assert_cmpuint (a->alive.failures, ==, 3);
  /* A word of the log is said once and cannot be asked for again. */
  g_assert_cmpint (b->alive.kind, ==, TB_PLAN_PROBE_TCP);
  g_assert_cmpstr (b->alive.argument, ==, "9000");
}

static void
test_it_is_asked_otherwise_where_drawn (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    SERVER ("a", "<ready kind=\"tcp\"/><alive kind=\"exec\" command=\"check ${host}\" delay=\"1s\" interval=\"2s\" "
                 "within=\"500ms\" successes=\"2\" failures=\"4\"/>"));
  const TbPlanInstance *a = instance (plan, "a/1");
  g_autofree char *host = tb_plan_address_text (a->address), *command = g_strconcat ("check ", host, NULL);
  g_assert_cmpint (a->ready.kind, ==, TB_PLAN_PROBE_TCP);
  g_assert_cmpint (a->alive.kind, ==, TB_PLAN_PROBE_EXEC);
  g_assert_cmpstr (a->alive.argument, ==, command);
  g_assert_cmpint (a->alive.delay_ns, ==, TB_NS_PER_S);
  g_assert_cmpint (a->alive.interval_ns, ==, 2 * TB_NS_PER_S);
  g_assert_cmpint (a->alive.within_ns, ==, 500 * TB_NS_PER_MS);
  g_assert_cmpuint (a->alive.successes, ==, 2);
  g_assert_cmpuint (a->alive.failures, ==, 4);
}

/* ---- Restart, and how it is started -------------------------------------------------------------- */

static void
test_each_policy (void)
{
  static const char *const names[] = { "no", "on-failure", "always", "unless-stopped" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *body = g_strdup_printf (
        "<component id=\"a\" kind=\"server\"><command>x</command><restart policy=\"%s\"/></component>\n", names[i]);
      g_autoptr (TbPlan) plan = plan_of (body);
      g_assert_cmpint (instance (plan, "a/1")->restart, ==, (TbPlanRestart) i);
    }
  g_autoptr (TbPlan) none = plan_of (COMMAND ("a", "")), plain = plan_of (COMMAND ("a", "<restart/>"));
  g_assert_cmpint (instance (none, "a/1")->restart, ==, TB_PLAN_RESTART_NO);
  g_assert_cmpint (instance (plain, "a/1")->restart, ==, TB_PLAN_RESTART_ON_FAILURE);
  g_assert_cmpint (instance (plain, "a/1")->restart_delay_ns, ==, 100 * TB_NS_PER_MS);
  g_assert_cmpint (instance (plain, "a/1")->restart_longest_ns, ==, 30 * TB_NS_PER_S);
  g_assert_cmpuint (instance (plain, "a/1")->restart_times, ==, 0);
}

static void
test_every_field_of_a_restart (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    COMMAND ("a", "<restart policy=\"always\" delay=\"20ms\" longest=\"2s\" times=\"5\" within=\"10s\"/>"));
  const TbPlanInstance *a = instance (plan, "a/1");
  g_assert_cmpint (a->restart_delay_ns, ==, 20 * TB_NS_PER_MS);
  g_assert_cmpint (a->restart_longest_ns, ==, 2 * TB_NS_PER_S);
  g_assert_cmpuint (a->restart_times, ==, 5);
  g_assert_cmpint (a->restart_within_ns, ==, 10 * TB_NS_PER_S);
}

static void
test_shell_directory_environment_file_and_terminal (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"server\"><command shell=\"yes\" dir=\"/srv/${component}\" env-file=\"/etc/${component}.env\" "
    "terminal=\"yes\">cat x | grep ${host} &amp;&amp; run</command></component>\n" COMMAND ("b", ""));
  const TbPlanInstance *a = instance (plan, "a/1"), *b = instance (plan, "b/1");
  g_autofree char *host = tb_plan_address_text (a->address);
  g_autofree char *line = g_strdup_printf ("cat x | grep %s && run", host);
  g_assert_cmpuint (g_strv_length (a->argv), ==, 3);
  g_assert_cmpstr (a->argv[0], ==, "/bin/sh");
  g_assert_cmpstr (a->argv[1], ==, "-c");
  g_assert_cmpstr (a->argv[2], ==, line);
  g_assert_cmpstr (a->work_dir, ==, "/srv/a");
  g_assert_cmpstr (a->env_file, ==, "/etc/a.env");
  g_assert_true (a->terminal);
  g_assert_false (b->terminal);
  g_assert_null (b->env_file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/plan/life/" path, test_##name)
  T ("depends/each-condition-is-kept", each_condition_is_kept);
  T ("depends/all-replicas-wait-for-all", all_replicas_wait_for_all);
  T ("depends/what-is-said-goes-before-the-link", what_is_said_goes_before_the_link);
  T ("depends/waiting-for-one-another-ends", waiting_for_one_another_ends);
  T ("depends/a-job-before-a-service", a_job_before_a_service);
  T ("ready/every-field", every_field_of_readiness);
  T ("ready/each-kind", each_kind_of_readiness);
  T ("ready/a-port-is-needed", a_port_to_probe_is_needed);
  T ("ready/a-header-is-one-line", a_header_is_one_line);
  T ("alive/only-where-drawn", nobody_asks_whether_it_works_unless_drawn);
  T ("alive/as-its-readiness", it_is_asked_as_its_readiness_is);
  T ("alive/otherwise-where-drawn", it_is_asked_otherwise_where_drawn);
  T ("restart/each-policy", each_policy);
  T ("restart/every-field", every_field_of_a_restart);
  T ("command/shell-directory-environment-file-terminal", shell_directory_environment_file_and_terminal);
#undef T
  return g_test_run ();
}
