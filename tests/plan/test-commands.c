/* Commands in a plan: what is put into them and their environment, and the templates of real programs. */
#include "plan-fixture.h"

#include "tb-base.h"

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
  const TbPlanInstance *app = plan_instance (plan, "app/2");
  g_autofree char *host = tb_plan_address_text (app->address);
  g_autofree char *at = g_strdup_printf ("%s:9000", host);
  g_autofree char *target = tb_plan_address_text (plan_link (plan, "save")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://%s:5432", target);
  g_autofree char *peer = tb_plan_address_text (plan_instance (plan, "app/1")->address);
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
  const TbPlanInstance *app = plan_instance (plan, "app/1");
  g_autofree char *a = tb_plan_address_text (app->address);
  g_autofree char *b = tb_plan_address_text (plan_instance (plan, "app/2")->address);
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
  const TbPlanInstance *app = plan_instance (plan, "my-app/1");
  g_autofree char *host = tb_plan_address_text (app->address);
  g_autofree char *own = g_strdup_printf ("at %s", host);
  g_autofree char *target = tb_plan_address_text (plan_link (plan, "save")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://%s:5432", target);
  g_assert_cmpstr (plan_variable (app, "HOST"), ==, host);
  g_assert_cmpstr (plan_variable (app, "PORT"), ==, "1");
  g_assert_cmpstr (plan_variable (app, "OWN"), ==, own);
  g_assert_cmpstr (plan_variable (app, "TIERBOARD_NODE"), ==, "my-app/1");
  g_assert_cmpstr (plan_variable (app, "DB_HOST"), ==, target);
  g_assert_cmpstr (plan_variable (app, "DB_PORT"), ==, "5432");
  g_assert_cmpstr (plan_variable (app, "DB_URL"), ==, url);
  g_assert_cmpstr (plan_variable (app, "SAVE_HOST"), ==, target);
  g_assert_cmpstr (plan_variable (app, "services__db__postgresql__0"), ==, url);
  g_assert_cmpstr (plan_variable (app, "DB_POSTGRESQL"), ==, url);
  g_assert_cmpstr (plan_variable (app, "DB_SERVICE_HOST"), ==, target);
  g_assert_cmpstr (plan_variable (app, "DB_PORT_5432_TCP_ADDR"), ==, target);
  g_assert_cmpstr (plan_variable (app, "PC_PROC_NAME"), ==, "my-app");
  g_assert_cmpstr (plan_variable (app, "PC_REPLICA_NUM"), ==, "0");
  assert_contains (plan_variable (app, "OTEL_RESOURCE_ATTRIBUTES"), "service.instance.id=my-app/1");
}

static void
test_environment_of_a_template (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\"><command>run</command></component>\n"
    "<component id=\"db\" kind=\"store\"><template name=\"postgresql\"/></component>\n"
    "<component id=\"hot\" kind=\"cache\"><template name=\"redis\"/></component>\n"
    "<link id=\"save\" from=\"app\" to=\"db\"/>\n<link id=\"look\" from=\"app\" to=\"hot\"/>\n");
  const TbPlanInstance *app = plan_instance (plan, "app/1");
  g_autofree char *db = tb_plan_address_text (plan_link (plan, "save")->address);
  g_autofree char *hot = tb_plan_address_text (plan_link (plan, "look")->address);
  g_autofree char *url = g_strdup_printf ("postgresql://postgres@%s:5432/postgres", db);
  g_autofree char *redis = g_strdup_printf ("redis://%s:6379", hot);
  g_assert_cmpstr (plan_variable (app, "DB_URL"), ==, url);
  g_assert_cmpstr (plan_variable (app, "DATABASE_URL"), ==, url);
  g_assert_cmpstr (plan_variable (app, "PGHOST"), ==, db);
  g_assert_cmpstr (plan_variable (app, "PGUSER"), ==, "postgres");
  g_assert_cmpstr (plan_variable (app, "DB_DATABASE"), ==, "postgres");
  g_assert_cmpstr (plan_variable (app, "REDIS_URL"), ==, redis);
}

/* Which of two was meant nobody knows; and the indices of a component's keys go on. */
static void
test_environment_of_two_links (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"app\" kind=\"server\"><command>run</command></component>\n" STORE
    "<link id=\"save\" from=\"app\" to=\"db\"/>\n<link id=\"load\" from=\"app\" to=\"db\"/>\n");
  const TbPlanInstance *app = plan_instance (plan, "app/1");
  g_assert_null (plan_variable (app, "DATABASE_URL"));
  g_assert_cmpstr (plan_variable (app, "services__db__postgresql__0"), !=,
                   plan_variable (app, "services__db__postgresql__1"));
  g_assert_nonnull (plan_variable (app, "services__db__postgresql__1"));
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
  g_autofree char *line = plan_command_line (plan_instance (plan, "a/1"));
  g_autofree char *commands = tb_plan_commands (plan);
  g_assert_cmpstr (line, ==, "run it");
  g_assert_cmpstr (plan_instance (plan, "a/1")->work_dir, ==, "/srv/a");
  g_assert_cmpstr (plan_instance (plan, "b/1")->work_dir, ==, "");
  assert_contains (commands, "a: run it\n  in /srv/${component}\n");
}

static void
test_an_unfinished_name_stays (void)
{
  g_autoptr (TbPlan) plan
    = plan_of ("<component id=\"a\" kind=\"server\"><command>run ${host $host $$ {}</command></component>\n");
  g_autofree char *line = plan_command_line (plan_instance (plan, "a/1"));
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
  const TbPlanInstance *a = plan_instance (plan, "a/1");
  g_assert_cmpint (a->ready.kind, ==, TB_PLAN_PROBE_HTTP);
  g_assert_cmpstr (a->ready.argument, ==, "9000 /up");
  g_assert_cmpint (a->ready_timeout_ns, ==, 3 * TB_NS_PER_S);
  g_assert_cmpint (a->stop_signal, ==, 3);
  g_assert_cmpint (a->stop_grace_ns, ==, TB_NS_PER_S);
  g_assert_cmpuint (a->clean_exits->len, ==, 2);
  g_assert_cmpuint (g_array_index (a->clean_exits, guint32, 1), ==, 143);
  g_assert_cmpuint (plan_instance (plan, "b/1")->clean_exits->len, ==, 0);
  g_assert_cmpint (plan_instance (plan, "b/1")->ready.kind, ==, TB_PLAN_PROBE_NONE);
  g_assert_cmpint (plan_instance (plan, "c/1")->ready.kind, ==, TB_PLAN_PROBE_RESP);
  g_assert_cmpstr (plan_instance (plan, "c/1")->ready.argument, ==, "6379");
}

static void
test_redis_replicates (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"r\" kind=\"store\" replicas=\"2\"><template name=\"redis\">"
    "<param name=\"replication\" value=\"primary-backup\"/></template></component>\n");
  g_autofree char *one = plan_command_line (plan_instance (plan, "r/1"));
  g_autofree char *two = plan_command_line (plan_instance (plan, "r/2"));
  g_autofree char *first = tb_plan_address_text (plan_instance (plan, "r/1")->address);
  g_autofree char *follow = g_strdup_printf ("--replicaof %s 6379", first);
  assert_contains (one, "redis-server --port 6379 --dir /run/r-1");
  assert_lacks (one, "--replicaof");
  assert_contains (one, "--bind 127.77.");
  assert_contains (two, follow);
  g_assert_cmpuint (plan_instance (plan, "r/2")->depends->len, ==, 1);
  g_assert_cmpint (plan_instance (plan, "r/1")->ready.kind, ==, TB_PLAN_PROBE_RESP);
  g_assert_nonnull (plan_link (plan, "r.replicas"));
}

static void
test_redis_on_every_address (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"r\" kind=\"cache\"><template name=\"redis\">"
    "<param name=\"bind\" value=\"any\"/></template></component>\n");
  g_autofree char *line = plan_command_line (plan_instance (plan, "r/1"));
  assert_lacks (line, "--bind");
}

static void
test_redis_follows_a_drawn_link (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"a\" kind=\"store\"><template name=\"redis\"/></component>\n"
    "<component id=\"b\" kind=\"store\"><template name=\"redis\"/></component>\n"
    "<link id=\"copy\" from=\"b\" to=\"a\"/>\n");
  g_autofree char *b = plan_command_line (plan_instance (plan, "b/1"));
  g_autofree char *host = tb_plan_address_text (plan_link (plan, "copy")->address);
  g_autofree char *follow = g_strdup_printf ("--replicaof %s 6379", host);
  assert_contains (b, follow);
}

static void
test_nginx_serves_a_page (void)
{
  g_autoptr (TbPlan) plan = plan_of (
    "<component id=\"n\" kind=\"server\"><template name=\"nginx\">"
    "<param name=\"page\" value=\"Hi\"/></template></component>\n");
  const char *conf = plan_file (plan_instance (plan, "n/1"), "nginx.conf");
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
  const char *conf = plan_file (plan_instance (plan, "n/1"), "nginx.conf");
  g_autofree char *one = tb_plan_address_text (plan_instance (plan, "s/1")->address);
  g_autofree char *two = tb_plan_address_text (plan_instance (plan, "s/2")->address);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/plan/" path, test_##name)
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
  return g_test_run ();
}
