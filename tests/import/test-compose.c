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
  told_at (&f, "assumed", "args: a built-in part stands in*");
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
                     "    ports: ['127.0.0.1:8080:80/tcp', {target: 9000, published: 1}]\n    expose: [70000]\n");
  g_assert_cmpuint (tb_component_replicas (find (&f, "a")), ==, 3);
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_RESTART, TB_PROP_POLICY), ==, "on-failure");
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_RESTART, TB_PROP_TIMES), ==, "4");
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_STOP, TB_PROP_SIGNAL), ==, "INT");
  g_assert_cmpint (tb_element_get_ns (tb_element_child_of (find (&f, "a"), TB_KIND_STOP), TB_PROP_GRACE), ==,
                   90 * G_GINT64_CONSTANT (1000000000));
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_SERVICE, TB_PROP_PORT), ==, "80");
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
depends_on_is_start_order_and_no_link (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, NULL, "services:\n  a:\n    image: x\n    depends_on: [b, gone]\n"
                     "  b:\n    image: y\n    depends_on: {c: {condition: service_healthy}}\n"
                     "  c: {image: z}\n");
  g_assert_cmpuint (n_links (&f), ==, 0);
  g_assert_cmpstr (child_text (&f, "a", TB_KIND_DEPENDS, TB_PROP_CONDITION), ==, "started");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_DEPENDS, TB_PROP_ON), ==, "c");
  g_assert_cmpstr (child_text (&f, "b", TB_KIND_DEPENDS, TB_PROP_CONDITION), ==, "ready");
  g_assert_cmpuint (told_at (&f, "dropped", "a waits for “gone”*"), ==, 4);
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
  g_assert_null (named (&f, "a", TB_KIND_ENV, "ONE")); /* nothing, which is its default */
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "TWO"), ==, "deep");
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "THREE"), ==, "a$b");
  g_assert_cmpstr (named (&f, "a", TB_KIND_ENV, "FOUR"), ==, ".");
  g_assert_cmpuint (told_at (&f, "assumed", "the variable TB_TEST_VARIABLE*"), ==, 6);
}

static void
an_extended_service_is_merged_as_compose_does (void)
{
  g_auto (Fixture) f = { 0 };
  read_in (&f, "/nowhere", "services:\n"
                           "  base:\n    build: .\n    command: ./base\n    environment: [A=1, B=2]\n    expose: [80]\n"
                           "  web:\n    extends: {service: base}\n    command: ./web\n"
                           "    environment: {B: 3}\n    expose: [81]\n");
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
  g_assert_cmpuint (told_at (&f, "dropped", "a: the volume “./conf:/etc/x”*"), ==, 6);
  g_assert_cmpuint (told_at (&f, "dropped", "a: the variable FROM_SHELL*"), ==, 7);
  g_assert_cmpuint (told_at (&f, "dropped", "“secrets” has no place here"), ==, 9);
  g_assert_true (tb_element_has_tag (find (&f, "a"), "profile-debug"));
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
  TEST (depends_on_is_start_order_and_no_link);
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
