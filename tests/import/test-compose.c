/* Compose files come in. */
#include <glib/gstdio.h>
#include <string.h>

#include "tb-import.h"

typedef struct
{
  GPtrArray *told;
  TbDocument *document;
  const TbModel *model;
} Fixture;

static void
read_in (Fixture *f, const char *folder, const char *text)
{
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { .name = "compose.yaml", .folder = folder, .bytes = text, .size = strlen (text) };
  f->told = tb_problems_new ();
  f->document = tb_import_bytes (&source, "compose", f->told, &error);
  g_assert_no_error (error);
  f->model = tb_document_model (f->document);
}

static void
clear (Fixture *f)
{
  g_clear_object (&f->document);
  g_clear_pointer (&f->told, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, clear)

static void
assert_refused (const char *text, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) told = tb_problems_new ();
  const TbImportSource source = { .name = "compose.yaml", .bytes = text, .size = strlen (text) };
  g_assert_null (tb_import_bytes (&source, "compose", told, &error));
  g_assert_nonnull (error);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
}

/* Of what was told: the line of the first that is like pattern; a failure where none is. */
static guint
told_at (const Fixture *f, const char *rule, const char *pattern)
{
  for (guint i = 0; i < f->told->len; i++)
    {
      const TbProblem *problem = g_ptr_array_index (f->told, i);
      if (g_str_equal (problem->rule, rule) && g_pattern_match_simple (pattern, problem->message))
        return problem->line;
    }
  g_error ("nothing “%s” like “%s” was told", rule, pattern);
}

static const TbElement *
find (const Fixture *f, const char *id)
{
  const TbElement *element = tb_model_lookup (f->model, id);
  if (element == NULL)
    g_error ("there is no “%s”", id);
  return element;
}

static const char *
child_text (const Fixture *f, const char *id, TbKind kind, TbProp prop)
{
  const TbElement *child = tb_element_child_of (find (f, id), kind);
  return child != NULL ? tb_element_get (child, prop) : NULL;
}

static const char *
named (const Fixture *f, const char *id, TbKind kind, const char *name)
{
  const TbElement *parent = find (f, id);
  for (guint i = 0; i < tb_element_n_children (parent); i++)
    {
      const TbElement *child = tb_element_child (parent, i);
      if (kind == TB_KIND_PARAM && tb_element_kind (child) == TB_KIND_TEMPLATE)
        parent = child, i = (guint) -1;
      else if (tb_element_kind (child) == kind && g_strcmp0 (tb_element_get (child, TB_PROP_NAME), name) == 0)
        return tb_element_get (child, TB_PROP_VALUE);
    }
  return NULL;
}

static guint
n_links (const Fixture *f)
{
  return tb_model_count (f->model, TB_KIND_LINK);
}

/* ---- What services become ----------------------------------------------------------------------- */

static void
known_images_become_templates_with_their_parameters (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n"
                     "  db:\n    image: docker.io/library/postgres:16-alpine\n"
                     "    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: s3, POSTGRES_DB: orders}\n"
                     "    volumes: [data:/var/lib/postgresql/data]\n"
                     "  cache:\n    image: redis:7\n    command: [redis-server, --appendonly, 'yes']\n");
  g_assert_cmpstr (child_text (&f, "db", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "postgresql");
  g_assert_cmpstr (named (&f, "db", TB_KIND_PARAM, "user"), ==, "shop");
  g_assert_cmpstr (named (&f, "db", TB_KIND_PARAM, "database"), ==, "orders");
  g_assert_true (tb_element_get_boolean (find (&f, "db"), TB_PROP_DURABLE));
  g_assert_cmpstr (child_text (&f, "cache", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "redis");
  g_assert_cmpstr (named (&f, "cache", TB_KIND_PARAM, "appendonly"), ==, "yes");
}

static void
what_is_built_here_and_says_its_command_runs_by_it (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere/shop", "services:\n  web:\n    build: ./web\n    command: [python3, app.py, '--name', 'a b']\n");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_COMMAND, TB_PROP_TEXT), ==, "python3 app.py --name 'a b'");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_COMMAND, TB_PROP_DIR), ==, "/nowhere/shop/web");
  told_at (&f, "assumed", "web: its command*");
}

static void
what_its_dockerfile_starts_runs_by_that (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("compose-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "Dockerfile", NULL);
  g_assert_true (g_file_set_contents (path, "FROM a\nCMD old\nFROM b\nENTRYPOINT [\"node\", \\\n  \"a b.js\"]\ncmd [\"-v\"]\n",
                                      -1, NULL));
  read_in (&f, folder, "services:\n  web: {build: .}\n  other: {build: ./gone}\n  args: {build: ., command: webserver}\n");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_COMMAND, TB_PROP_TEXT), ==, "node 'a b.js' -v");
  g_assert_null (child_text (&f, "other", TB_KIND_COMMAND, TB_PROP_TEXT));
  g_assert_null (child_text (&f, "args", TB_KIND_COMMAND, TB_PROP_TEXT));
  told_at (&f, "assumed", "a built-in part stands in*args (line 4)*");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_rmdir (folder);
}

static void
any_other_image_is_stood_in_for_and_its_name_is_kept (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  api:\n    image: ghcr.io/acme/api:2\n    ports: ['8080:3000']\n");
  g_assert_cmpstr (child_text (&f, "api", TB_KIND_SERVICE, TB_PROP_PORT), ==, "3000");
  g_assert_cmpstr (tb_element_get (find (&f, "api"), TB_PROP_ORIGIN), ==, "compose:api image=ghcr.io/acme/api:2");
  told_at (&f, "assumed", "api: a built-in part stands in*");
  g_assert_cmpint (tb_component_role (find (&f, "users")), ==, TB_ROLE_CLIENT);
}

static void
ports_replicas_restart_and_stop_are_taken (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    restart: on-failure:4\n    stop_signal: SIGINT\n"
                     "    stop_grace_period: 1m30s\n    deploy: {replicas: 3}\n"
                     "    ports: ['127.0.0.1:8080:8000/tcp', {target: 9000, published: 1}]\n    expose: [70000]\n");
  g_assert_cmpuint (tb_component_replicas (find (&f, "a")), ==, 3);
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_RESTART, TB_PROP_POLICY), ==, "on-failure");
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_RESTART, TB_PROP_TIMES), ==, "4");
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_STOP, TB_PROP_SIGNAL), ==, "INT");
  g_assert_cmpint (tb_element_get_ns (tb_element_child_of (find (&f, "a"), TB_KIND_STOP), TB_PROP_GRACE), ==,
                   90 * G_GINT64_CONSTANT (1000000000));
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_SERVICE, TB_PROP_PORT), ==, "8000");
  g_assert_cmpuint (told_at (&f, "dropped", "a: this is no port"), ==, 9);
}

static void
healthchecks_become_probes_where_a_program_is_asked (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n"
                           "  web:\n    build: .\n    command: ./web\n    healthcheck:\n"
                           "      test: curl -f http://localhost:8000/healthz || exit 1\n      interval: 10s\n"
                           "  job:\n    build: .\n    command: ./job\n    healthcheck: {test: [CMD, ./alive, '-q']}\n"
                           "  db:\n    image: postgres\n    healthcheck: {test: [CMD-SHELL, pg_isready]}\n");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_READY, TB_PROP_KIND), ==, "http");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_READY, TB_PROP_PATH), ==, "/healthz");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_READY, TB_PROP_PORT), ==, "8000");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_READY, TB_PROP_INTERVAL), ==, "10s");
  g_assert_cmpstr (child_text (&f, "job", TB_KIND_READY, TB_PROP_COMMAND), ==, "./alive -q");
  g_assert_null (child_text (&f, "db", TB_KIND_READY, TB_PROP_KIND));
  told_at (&f, "assumed", "db: its healthcheck is left out*");
}

/* ---- Who calls whom ----------------------------------------------------------------------------- */

static void
depends_on_is_start_order (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    depends_on: [b, gone]\n"
                     "  b:\n    image: y\n    depends_on: {c: {condition: service_healthy}}\n"
                     "  c: {image: z}\n");
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_DEPENDS, TB_PROP_CONDITION), ==, "started");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_DEPENDS, TB_PROP_ON), ==, "c");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_DEPENDS, TB_PROP_CONDITION), ==, "ready");
  g_assert_cmpuint (told_at (&f, "dropped", "a waits for “gone”*"), ==, 4);
}

static void
waiting_hints_at_a_call_but_of_jobs_and_backwards (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  web:\n    image: x\n    depends_on:\n      api: {condition: service_started}\n"
                     "      load: {condition: service_completed_successfully}\n      db-migrate: {condition: service_started}\n"
                     "  api: {image: y, environment: {CALLBACK_URL: 'http://worker:80'}}\n  load: {image: z}\n"
                     "  db-migrate: {image: z}\n  worker: {image: y, depends_on: [api]}\n"
                     "  db: {image: mongo, depends_on: [api]}\n");
  g_assert_cmpuint (told_at (&f, "offered", "web seems to call api, which it waits for*"), ==, 5);
  g_assert_nonnull (tb_model_lookup (f.model, "api-to-worker"));
  g_assert_null (tb_model_lookup (f.model, "worker-to-api"));
  g_assert_null (tb_model_lookup (f.model, "web-to-load"));
  g_assert_null (tb_model_lookup (f.model, "web-to-db-migrate"));
  g_assert_null (tb_model_lookup (f.model, "db-to-api"));
}

static void
names_and_labels_hint_where_nothing_else_does (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  carts: {image: a/carts}\n  carts-db: {image: mongo}\n"
                     "  edge: {image: traefik, ports: ['80:80']}\n"
                     "  shop: {image: a/shop, labels: [traefik.enable=true]}\n"
                     "  off: {image: a/shop, labels: [traefik.enable=false, traefik.http.x=y]}\n"
                     "  gateway: {image: a/gateway}\n  front-end: {image: a/front}\n"
                     "  load-test: {image: a/b, command: '-d 60 -h gateway'}\n");
  told_at (&f, "offered", "carts seems to call carts-db, as its name says*");
  told_at (&f, "offered", "edge seems to call shop, as the other's labels say*");
  told_at (&f, "offered", "gateway seems to call front-end, as its name says*");
  told_at (&f, "offered", "load-test seems to call gateway, as its command says*");
  g_assert_null (tb_model_lookup (f.model, "edge-to-off"));
  g_assert_cmpint (tb_component_role (find (&f, "load-test")), ==, TB_ROLE_CLIENT);
  g_assert_cmpint (tb_component_role (find (&f, "edge")), ==, TB_ROLE_PROXY);
}

static void
a_store_that_nobody_calls_is_for_the_few_without_one (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  web1: {image: x}\n  web2: {image: x}\n  redis: {image: redis}\n");
  g_assert_nonnull (tb_model_lookup (f.model, "web1-to-redis"));
  g_assert_nonnull (tb_model_lookup (f.model, "web2-to-redis"));
  g_auto (Fixture) more = { 0 };
  read_in (&more, NULL, "services:\n  a: {image: x}\n  b: {image: x}\n  c: {image: x}\n  redis: {image: redis}\n");
  g_assert_cmpuint (n_links (&more), ==, 0);
}

/* ---- What part they play ------------------------------------------------------------------------ */

static void
nobody_in_it_is_a_person (void)
{
  static const struct
  {
    const char *id;
    TbRole role;
  } rows[] = { { "user", TB_ROLE_SERVER },     { "client", TB_ROLE_SERVER },   { "user-db", TB_ROLE_STORE },
               { "nextcloud", TB_ROLE_SERVER }, { "queue-master", TB_ROLE_SERVER }, { "orders-queue", TB_ROLE_BROKER },
               { "rest", TB_ROLE_SERVER },     { "kafka1", TB_ROLE_BROKER },   { "sql", TB_ROLE_STORE },
               { "loadgenerator", TB_ROLE_CLIENT }, { "db2", TB_ROLE_STORE },  { "backup", TB_ROLE_SERVER } };
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  user: {image: a/user}\n  client: {image: a/client}\n  user-db: {image: a/user-db}\n"
                     "  nextcloud: {image: nextcloud}\n  queue-master: {image: a/queue-master}\n  orders-queue: {image: a/b}\n"
                     "  rest: {image: confluentinc/cp-kafka-rest}\n  kafka1: {image: a/b}\n"
                     "  sql: {image: 'mcr.microsoft.com/mssql/server:2022'}\n  loadgenerator: {image: a/b}\n  db2: {image: a/b}\n"
                     "  backup: {image: a/postgres-backup}\n");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (tb_component_role (find (&f, rows[i].id)) != rows[i].role)
      g_error ("%s is a %s", rows[i].id, tb_role_name (tb_component_role (find (&f, rows[i].id))));
}

static void
nginx_is_what_it_does (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  pages: {image: nginx}\n  front: {image: nginx, depends_on: [a, b]}\n"
                     "  lb: {image: nginx, depends_on: [b1, b2, c]}\n  a: {image: x}\n  b: {image: y}\n"
                     "  b1: {image: z}\n  b2: {image: z}\n  c: {image: redis}\n");
  g_assert_null (tb_model_lookup (f.model, "lb-to-c")); /* it cannot ask Redis */
  g_assert_cmpint (tb_component_role (find (&f, "pages")), ==, TB_ROLE_SERVER);
  g_assert_cmpint (tb_component_role (find (&f, "front")), ==, TB_ROLE_PROXY);
  g_assert_cmpint (tb_component_role (find (&f, "lb")), ==, TB_ROLE_BALANCER);
  g_assert_cmpstr (child_text (&f, "pages", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "nginx");
}

static void
a_database_is_real_where_its_callers_are (void)
{
  g_auto (Fixture) real = { 0 }, stood_in = { 0 };
  read_in (&real, "/nowhere", "services:\n  web: {build: ., command: ./web, depends_on: [db]}\n  db: {image: postgres}\n");
  g_assert_cmpstr (child_text (&real, "db", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "postgresql");
  read_in (&stood_in, NULL, "services:\n  web: {image: x, depends_on: [db, cache]}\n"
                            "  db: {image: postgres, environment: {POSTGRES_DB: shop}}\n  cache: {image: redis}\n");
  g_assert_null (child_text (&stood_in, "db", TB_KIND_TEMPLATE, TB_PROP_NAME));
  g_assert_cmpstr (named (&stood_in, "db", TB_KIND_ENV, "POSTGRES_DB"), ==, "shop");
  g_assert_cmpuint (told_at (&stood_in, "assumed", "db: a built-in part stands in for it: those that*"), ==, 3);
  g_assert_cmpstr (child_text (&stood_in, "cache", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "redis");
}

static void
what_listens_below_1024_is_stood_in_for_above (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n  web: {build: ., command: ./web, ports: ['80:80']}\n"
                           "  both: {image: x, expose: [80, 8080]}\n");
  g_assert_null (child_text (&f, "web", TB_KIND_COMMAND, TB_PROP_TEXT));
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_SERVICE, TB_PROP_NAME), ==, "port-80");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_SERVICE, TB_PROP_PORT), ==, "8080");
  g_assert_cmpstr (child_text (&f, "both", TB_KIND_SERVICE, TB_PROP_PORT), ==, "9080");
  told_at (&f, "assumed", "web: its command is left out: it listens below port 1024*");
}

static void
a_command_listens_where_its_callers_ask (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n  a: {build: ., command: ./a, environment: {B: 'http://b:9091'}}\n"
                           "  b: {build: ., command: ./b, depends_on: [c]}\n  c: {build: ., command: ./c}\n");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_SERVICE, TB_PROP_PORT), ==, "9091");
  g_assert_null (child_text (&f, "c", TB_KIND_COMMAND, TB_PROP_TEXT));
  told_at (&f, "assumed", "c: its command is left out: others call it*");
}

static void
users_call_what_is_published_and_nobody_else_calls (void)
{
  g_auto (Fixture) f = { 0 }, only = { 0 };
  read_in (&f, NULL, "services:\n  web: {image: x, ports: ['8080:3000'], depends_on: [api, db]}\n"
                     "  api: {image: y, ports: ['8081:3000']}\n  any: {image: y, ports: [3000]}\n"
                     "  db: {image: mongo, ports: ['27017:27017']}\n");
  g_assert_nonnull (tb_model_lookup (f.model, "users-to-web"));
  g_assert_null (tb_model_lookup (f.model, "users-to-api"));
  g_assert_null (tb_model_lookup (f.model, "users-to-any"));
  told_at (&f, "assumed", "its port is published, but nobody outside is drawn*api (line 3), db (line 5)");
  read_in (&only, NULL, "services:\n  app: {image: x, ports: ['80:80']}\n  worker: {image: x, depends_on: [app]}\n");
  g_assert_nonnull (tb_model_lookup (only.model, "users-to-app"));
}

static void
links_that_variables_hint_at_are_offered (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  web:\n    image: x\n    environment:\n"
                     "      DATABASE_URL: postgres://u:p@db:5432/x\n      CACHE_HOST: cache\n"
                     "      GREETING: mail\n      PATHS: /db/cache\n      BROKERS: k1:9092,queue:9092\n"
                     "  db: {image: postgres}\n  cache: {image: redis}\n  mail: {image: y}\n  queue: {image: kafka}\n");
  g_assert_cmpuint (n_links (&f), ==, 3);
  g_assert_cmpuint (told_at (&f, "offered", "web seems to call db, as DATABASE_URL says*"), ==, 5);
  g_assert_cmpuint (told_at (&f, "offered", "web seems to call queue*"), ==, 9);
  for (guint i = 0; i < 3; i++)
    g_assert_true (tb_element_has_tag (tb_model_nth (f.model, TB_KIND_LINK, i), "offered"));
  g_assert_cmpstr (tb_element_get (find (&f, "web-to-queue"), TB_PROP_CALL), ==, "async");
  g_assert_cmpstr (tb_element_get (tb_model_nth (f.model, TB_KIND_STYLE, 0), TB_PROP_TAG), ==, "offered");
}

static void
links_that_are_said_are_drawn_without_a_question (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  web: {image: x, links: ['db:database']}\n  db: {image: postgres}\n");
  g_assert_cmpuint (n_links (&f), ==, 1);
  g_assert_false (tb_element_has_tag (tb_model_nth (f.model, TB_KIND_LINK, 0), "offered"));
}

static void
a_command_finds_what_it_calls_where_it_is_drawn (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n  web:\n    build: .\n    command: ./web\n"
                           "    environment: ['DB=tcp://db:5432/x', 'ASK=$${x}']\n  db: {image: postgres}\n");
  g_assert_cmpstr (named (&f, "web", TB_KIND_ENV, "DB"), ==, "tcp://${link.web-to-db.host}:${link.web-to-db.port}/x");
  g_assert_cmpstr (named (&f, "web", TB_KIND_ENV, "ASK"), ==, "$${x}");
}

static void
networks_become_groups_or_tags (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a: {image: x, networks: [front]}\n  b: {image: x, networks: [front, back]}\n"
                     "  c: {image: x, networks: {back: {}}}\nnetworks: {front: {}, back: {}}\n");
  g_assert_cmpstr (tb_element_get (find (&f, "a"), TB_PROP_GROUP), ==, "front");
  g_assert_cmpstr (tb_element_get (find (&f, "c"), TB_PROP_GROUP), ==, "back");
  g_assert_null (tb_element_get (find (&f, "b"), TB_PROP_GROUP));
  g_assert_true (tb_element_has_tag (find (&f, "b"), "network-back"));
}

/* ---- Files -------------------------------------------------------------------------------------- */

static void
anchors_and_merge_keys_are_followed (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "x-all: &all\n  restart: always\n  deploy: {replicas: 2}\nservices:\n"
                     "  a: {<<: *all, image: x}\n  b: {<<: *all, image: y, restart: 'no'}\n");
  g_assert_cmpuint (tb_component_replicas (find (&f, "a")), ==, 2);
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_RESTART, TB_PROP_POLICY), ==, "always");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_RESTART, TB_PROP_POLICY), ==, "no");
}

static void
variables_have_defaults_and_nothing_comes_from_this_process (void)
{
  g_auto (Fixture) f = { 0 };
  g_setenv ("TB_TEST_VARIABLE", "leaked", TRUE);
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    scale: ${N:-3}\n    environment:\n"
                     "      ONE: ${TB_TEST_VARIABLE}\n      TWO: ${A:-${B:-deep}}\n      THREE: a$$b\n      FOUR: ${A:+x}.\n");
  g_assert_cmpuint (tb_component_replicas (find (&f, "a")), ==, 3);
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "ONE"), ==, "");
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "TWO"), ==, "deep");
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "THREE"), ==, "a$b");
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "FOUR"), ==, ".");
  g_assert_cmpuint (told_at (&f, "assumed", "TB_TEST_VARIABLE: not set in .env*"), ==, 6);
}

static void
an_extended_service_is_merged_as_compose_does (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n"
                           "  base:\n    build: .\n    command: ./base\n    environment: [A=1, B=2]\n    expose: [8080]\n"
                           "  web:\n    extends: {service: base}\n    command: ./web\n"
                           "    environment: {B: 3}\n    expose: [8081]\n");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_COMMAND, TB_PROP_TEXT), ==, "./web");
  g_assert_cmpstr (named (&f, "web", TB_KIND_ENV, "A"), ==, "1");
  g_assert_cmpstr (named (&f, "web", TB_KIND_ENV, "B"), ==, "3");
  g_assert_cmpstr (named (&f, "base", TB_KIND_ENV, "B"), ==, "2");
  g_assert_cmpuint (tb_element_n_children (find (&f, "web")), >, tb_element_n_children (find (&f, "base")));
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
files_beside_it_are_read_and_their_secrets_stay_there (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("compose-XXXXXX", NULL);
  write_file (folder, ".env", "TAG=16\n# no\nexport N=2\n");
  write_file (folder, "web.env", "DB_HOST=db\nSECRET='a b'\n");
  write_file (folder, "common.yaml", "services:\n  base: {image: x, restart: always, logging: {}}\n");
  write_file (folder, "more.yaml", "services:\n  extra: {image: redis}\n");
  read_in (&f, folder, "include: [more.yaml, {path: gone.yaml}]\nservices:\n"
                       "  web: {extends: {file: common.yaml, service: base}, env_file: web.env, scale: $N}\n"
                       "  db: {image: 'postgres:${TAG}'}\n  other: {image: x, env_file: /etc/hostname}\n");
  g_assert_cmpstr (child_text (&f, "web", TB_KIND_RESTART, TB_PROP_POLICY), ==, "always");
  g_assert_cmpuint (tb_component_replicas (find (&f, "web")), ==, 2);
  g_assert_cmpstr (child_text (&f, "extra", TB_KIND_TEMPLATE, TB_PROP_NAME), ==, "redis");
  g_assert_nonnull (strstr (tb_element_get (find (&f, "db"), TB_PROP_ORIGIN), "postgres:16"));
  g_assert_null (named (&f, "web", TB_KIND_ENV, "SECRET"));
  told_at (&f, "offered", "web seems to call db, as DB_HOST says*");
  told_at (&f, "dropped", "“gone.yaml” cannot be read");
  told_at (&f, "dropped", "“/etc/hostname” was not read*");
  remove_file (folder, ".env");
  remove_file (folder, "web.env");
  remove_file (folder, "common.yaml");
  remove_file (folder, "more.yaml");
  g_rmdir (folder);
}

static void
a_file_that_includes_itself_is_read_once (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("compose-XXXXXX", NULL);
  write_file (folder, "a.yaml", "include: [b.yaml]\nservices: {a: {image: x}}\n");
  write_file (folder, "b.yaml", "include: [a.yaml]\nservices: {b: {image: x}}\n");
  read_in (&f, folder, "include: [a.yaml, b.yaml]\n");
  g_assert_cmpuint (tb_model_count (f.model, TB_KIND_COMPONENT), ==, 2);
  told_at (&f, "dropped", "*“a.yaml” includes itself: it is read once*");
  remove_file (folder, "a.yaml");
  remove_file (folder, "b.yaml");
  g_rmdir (folder);
}

static void
files_of_long_ago_have_no_services_key (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "web:\n  image: nginx\n  links: [db]\ndb:\n  image: mysql\n");
  g_assert_cmpuint (tb_model_count (f.model, TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (n_links (&f), ==, 1);
}

static void
everything_without_a_place_is_told_with_its_line (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    privileged: true\n    volumes:\n      - ./conf:/etc/x\n"
                     "    environment: [FROM_SHELL]\n    profiles: [debug]\nsecrets: {s: {file: ./s}}\n");
  g_assert_cmpuint (told_at (&f, "dropped", "a: “privileged” has no place here"), ==, 4);
  g_assert_cmpuint (told_at (&f, "dropped", "a: a volume has no place here*"), ==, 6);
  g_assert_cmpuint (told_at (&f, "dropped", "FROM_SHELL: a variable without a value*"), ==, 7);
  g_assert_cmpuint (told_at (&f, "dropped", "“secrets” has no place here"), ==, 9);
  g_assert_true (tb_element_has_tag (find (&f, "a"), "profile-debug"));
}

static void
the_same_of_many_is_told_once_with_all_lines (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GString) text = g_string_new ("x-all: &all\n  tty: true\nservices:\n");
  guint n = 0;
  for (int i = 0; i < 3; i++)
    g_string_append_printf (text, "  s%d:\n    <<: *all\n    image: x\n    cap_drop: [ALL]\n    volumes: [/a,\n /b]\n", i);
  read_in (&f, NULL, text->str);
  g_assert_cmpuint (told_at (&f, "dropped", "“cap_drop” has no place here: s0 (line 7), s1 (line 13), s2 (line 19)"), ==, 7);
  g_assert_cmpuint (told_at (&f, "dropped", "“tty” has no place here: s0, s1, s2 (line 2)"), ==, 2);
  g_assert_cmpuint (told_at (&f, "dropped", "a volume*: s0 (lines 8, 9), s1 (lines 14, 15), s2 (lines 20, 21)"), ==, 8);
  for (guint i = 0; i < f.told->len; i++)
    n += strstr (((TbProblem *) f.told->pdata[i])->message, "cap_drop") != NULL;
  g_assert_cmpuint (n, ==, 1);
}

static void
of_thousands_only_so_many_are_named (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GString) text = g_string_new ("services:\n");
  for (int i = 0; i < 150; i++)
    g_string_append_printf (text, "  s%d: {image: x, tty: true}\n", i);
  read_in (&f, NULL, text->str);
  g_assert_cmpuint (told_at (&f, "dropped", "“tty” has no place here: s0 (line 2), *, s14 (line 16)*"), ==, 2);
  g_assert_cmpuint (told_at (&f, "dropped", "“tty” has no place here: *, s99 (line 101) and 50 more"), >, 16);
}

static void
a_variable_without_a_value_comes_from_dotenv_and_one_that_is_empty_is_there (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("compose-XXXXXX", NULL);
  write_file (folder, ".env", "CACHE_ADDR=cache:6379\n");
  read_in (&f, folder, "services:\n  web: {image: x, environment: [CACHE_ADDR, 'EMPTY=${NOT_SET}']}\n"
                       "  cache: {image: redis}\n");
  g_assert_cmpstr (named (&f, "web", TB_KIND_ENV, "CACHE_ADDR"), ==, "cache:6379");
  told_at (&f, "offered", "web seems to call cache, as CACHE_ADDR says*");
  for (guint i = 0; i < f.told->len; i++)
    g_assert_null (strstr (((TbProblem *) f.told->pdata[i])->message, "EMPTY"));
  remove_file (folder, ".env");
  g_rmdir (folder);
}

static void
the_stage_that_is_built_says_what_is_started (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("compose-XXXXXX", NULL);
  write_file (folder, "Dockerfile", "FROM node AS base\nEXPOSE 3000\nCMD [\"node\", \"a.js\"]\nFROM base AS dev\n"
                                    "CMD npm start\nFROM base\nENTRYPOINT [\"./made\"]\n");
  read_in (&f, folder, "services:\n  dev: {build: {context: ., target: dev}}\n  base: {build: {context: ., target: base}}\n"
                       "  last: {build: .}\n  x: {image: x, depends_on: [dev]}\n");
  g_assert_cmpstr (child_text (&f, "dev", TB_KIND_COMMAND, TB_PROP_TEXT), ==, "npm start");
  g_assert_cmpstr (child_text (&f, "dev", TB_KIND_SERVICE, TB_PROP_PORT), ==, "3000");
  g_assert_cmpstr (child_text (&f, "base", TB_KIND_COMMAND, TB_PROP_TEXT), ==, "node a.js");
  g_assert_null (child_text (&f, "last", TB_KIND_COMMAND, TB_PROP_TEXT)); /* ./made is in the image alone */
  write_file (folder, "package.json", "{}");
  g_auto (Fixture) bare = { 0 };
  read_in (&bare, folder, "services:\n  dev: {build: {context: ., target: dev}}\n");
  g_assert_null (child_text (&bare, "dev", TB_KIND_COMMAND, TB_PROP_TEXT));
  told_at (&bare, "assumed", "dev: its command is left out: its folder has a package.json and no node_modules");
  remove_file (folder, "package.json");
  remove_file (folder, "Dockerfile");
  g_rmdir (folder);
}

static void
what_has_another_form_is_told (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    ports: 80\n    environment: A\n    deploy: []\n    volumes:\n"
                     "  b: {image: y, ports: '80:80'}\n");
  told_at (&f, "dropped", "“ports” has another form*: a (line 4), b (line 8)");
  g_assert_cmpuint (told_at (&f, "dropped", "a: “environment” has another form*"), ==, 5);
  g_assert_cmpuint (told_at (&f, "dropped", "a: “deploy” has another form*"), ==, 6);
}

static void
hostile_files_are_refused_in_a_sentence (void)
{
  g_autoptr (GString) bomb = g_string_new ("services:\n  a: {image: x, environment: {X: '");
  assert_refused ("services: {}\n", "compose.yaml:*no services*");
  assert_refused ("services: [a, b]\n", "*no services*");
  assert_refused ("just words\n", "*no services*");
  assert_refused ("services:\n  a: {extends: b}\n  b: {extends: {service: a}}\n", "compose.yaml:*extends itself*");
  assert_refused ("services:\n  a: {extends: a}\n", "compose.yaml:2:*extends itself*");
  assert_refused ("services:\n  a: [\n", "compose.yaml:*");
  assert_refused ("services:\n\ta:\n\t\timage: x\n", "compose.yaml:2:1: a tab indents here*");
  assert_refused ("services:\n{% if a %}\n  a: {image: x}\n{% endif %}\n", "compose.yaml:2:*a template that*");
  assert_refused ("services: &s\n  a: *s\n", "compose.yaml:2:*itself*");
  for (int i = 0; i < 60000; i++)
    g_string_append (bomb, "${A:-${B:-${C:-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}}}");
  g_string_append (bomb, "'}}\n");
  assert_refused (bomb->str, "compose.yaml:*variables filled in*");
}

static void
content_says_what_it_is_and_not_the_name (void)
{
  static const char yaml[] = "version: '3'\nservices:\n  a: {image: x}\n";
  static const char kubernetes[] = "apiVersion: v1\nkind: Service\nspec:\n  ports: []\n";
  const TbImportFormat *format = tb_import_recognise ("x.txt", yaml, strlen (yaml));
  g_assert_nonnull (format);
  g_assert_cmpstr (format->name, ==, "compose");
  g_assert_null (tb_import_recognise ("x.txt", kubernetes, strlen (kubernetes)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/compose/" #name, name)
  TEST (known_images_become_templates_with_their_parameters);
  TEST (what_is_built_here_and_says_its_command_runs_by_it);
  TEST (what_its_dockerfile_starts_runs_by_that);
  TEST (any_other_image_is_stood_in_for_and_its_name_is_kept);
  TEST (ports_replicas_restart_and_stop_are_taken);
  TEST (healthchecks_become_probes_where_a_program_is_asked);
  TEST (depends_on_is_start_order);
  TEST (waiting_hints_at_a_call_but_of_jobs_and_backwards);
  TEST (names_and_labels_hint_where_nothing_else_does);
  TEST (a_store_that_nobody_calls_is_for_the_few_without_one);
  TEST (nobody_in_it_is_a_person);
  TEST (nginx_is_what_it_does);
  TEST (a_database_is_real_where_its_callers_are);
  TEST (what_listens_below_1024_is_stood_in_for_above);
  TEST (a_command_listens_where_its_callers_ask);
  TEST (users_call_what_is_published_and_nobody_else_calls);
  TEST (what_has_another_form_is_told);
  TEST (the_same_of_many_is_told_once_with_all_lines);
  TEST (of_thousands_only_so_many_are_named);
  TEST (a_variable_without_a_value_comes_from_dotenv_and_one_that_is_empty_is_there);
  TEST (the_stage_that_is_built_says_what_is_started);
  TEST (links_that_variables_hint_at_are_offered);
  TEST (links_that_are_said_are_drawn_without_a_question);
  TEST (a_command_finds_what_it_calls_where_it_is_drawn);
  TEST (networks_become_groups_or_tags);
  TEST (anchors_and_merge_keys_are_followed);
  TEST (variables_have_defaults_and_nothing_comes_from_this_process);
  TEST (an_extended_service_is_merged_as_compose_does);
  TEST (files_beside_it_are_read_and_their_secrets_stay_there);
  TEST (a_file_that_includes_itself_is_read_once);
  TEST (files_of_long_ago_have_no_services_key);
  TEST (everything_without_a_place_is_told_with_its_line);
  TEST (hostile_files_are_refused_in_a_sentence);
  TEST (content_says_what_it_is_and_not_the_name);
  return g_test_run ();
}
