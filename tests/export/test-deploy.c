/* What goes out to be started elsewhere: read back by the YAML reader of src/import. */
#include <string.h>

#include "tb-export.h"
#include "tb-import.h"
#include "yaml-tree.h"
#include "yaml-write.h"

static TbDocument *
load (const char *elements)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns='urn:tierboard:1' name='Shop'>%s</architecture>", elements);
  TbDocument *document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static char *
write_out (TbDocument *document, const char *format, gboolean embed, TbProblems *lost)
{
  gsize size;
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { .scale = 1, .embed = embed, .lost = lost };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document), tb_export_format (format), &options, &error);
  g_assert_no_error (error);
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static TbYamlTree *
read_back (const char *text)
{
  g_autoptr (GError) error = NULL;
  TbYamlTree *tree = tb_yaml_read ("out", text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tree->twice->len, ==, 0);
  return tree;
}

static TbYamlTree *
write_tree (const char *elements, const char *format)
{
  g_autoptr (TbDocument) document = load (elements);
  g_autofree char *text = write_out (document, format, FALSE, NULL);
  return read_back (text);
}

static const TbYaml *
at (const TbYaml *node, const char *path)
{
  g_auto (GStrv) keys = g_strsplit (path, "/", -1);
  for (guint i = 0; keys[i] != NULL && node != NULL; i++)
    node = node->type == TB_YAML_SEQUENCE ? tb_yaml_nth (node, (guint) g_ascii_strtoull (keys[i], NULL, 10))
                                          : tb_yaml_get (node, keys[i]);
  return node;
}

static void
assert_text (const TbYamlTree *tree, const char *path, const char *text)
{
  const char *found = tb_yaml_text (at (tree->root, path));
  if (g_strcmp0 (found, text) != 0)
    g_error ("%s is “%s” and not “%s”", path, found, text);
}

static gboolean
has_word (const TbYaml *list, const char *word)
{
  for (guint i = 0; i < tb_yaml_n (list); i++)
    if (g_strcmp0 (tb_yaml_text (tb_yaml_nth (list, i)), word) == 0)
      return TRUE;
  return FALSE;
}

/* ---- The writer of YAML -------------------------------------------------------------------------- */

static void
whatever_a_text_is_it_is_read_as_that_text (void)
{
  static const char *const hard[] = { "", " ", "yes", "NO", "~", "null", "1", "1.5", "0x1f", "22:22", "2026-11-23", "a: b", "a #b",
                                      "- a", "[x]", "{y}", "*a", "&a", "!t", "%d", "@x", "`x", "'q'", "\"q\"", "a\\b", "$x ${y}",
                                      "line\nline\n", "\ttab", "ü\u2028\u00a0", "a:", "?", "x: ", "=", "<<", "---", "..." };
  TbYamlOut out;
  tb_yaml_out_init (&out);
  for (guint i = 0; i < G_N_ELEMENTS (hard); i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);
      tb_yaml_out_text (&out, key, hard[i]);
    }
  tb_yaml_out_list (&out, "list", hard, G_N_ELEMENTS (hard));
  g_autoptr (GBytes) bytes = tb_yaml_out_finish (&out);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (TbYamlTree) tree = read_back (text);
  for (guint i = 0; i < G_N_ELEMENTS (hard); i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);
      g_assert_cmpstr (tb_yaml_get_text (tree->root, key), ==, hard[i]);
      g_assert_cmpstr (tb_yaml_text (tb_yaml_nth (tb_yaml_get (tree->root, "list"), i)), ==, hard[i]);
    }
}

static void
texts_by_chance_come_back_too (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GString) value = g_string_new (NULL);
      guint n = (guint) g_test_rand_int_range (0, 12);
      for (guint i = 0; i < n; i++)
        g_string_append_unichar (value, (gunichar) (g_test_rand_bit () ? g_test_rand_int_range (0x20, 0x7f)
                                                                       : g_test_rand_int_range (0xa0, 0xd7ff)));
      TbYamlOut out;
      tb_yaml_out_init (&out);
      tb_yaml_out_open (&out, "in");
      tb_yaml_out_text (&out, value->len > 0 ? value->str : "k", value->str);
      tb_yaml_out_end (&out);
      g_autoptr (GBytes) bytes = tb_yaml_out_finish (&out);
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_autoptr (TbYamlTree) tree = read_back (text);
      g_assert_cmpstr (tb_yaml_text (tb_yaml_nth (tb_yaml_get (tree->root, "in"), 0)), ==, value->str);
    }
}

/* ---- Compose ------------------------------------------------------------------------------------- */

#define SHOP                                                                                                                 \
  "<component id='web' kind='server' replicas='3'><service name='http' protocol='http' port='8000'/>"                        \
  "<command>./web --db ${link.db.host}</command><env name='MODE' value='$x: 1'/><ready kind='http' path='/ok'/>"              \
  "<restart policy='on-failure' times='3'/><stop signal='INT' grace='3s'/></component>"                                      \
  "<component id='store' kind='store' durable='yes'><template name='postgresql'><param name='user' value='shop'/>"           \
  "</template></component>"                                                                                                  \
  "<component id='people' kind='client'/>"                                                                                   \
  "<link id='ask' from='people' to='web'/><link id='db' from='web' to='store'/>"

static void
a_service_has_what_its_component_has (void)
{
  g_autoptr (TbYamlTree) tree = write_tree (SHOP, "compose");
  assert_text (tree, "version", "3.8");
  assert_text (tree, "services/web/command/2", "store");
  assert_text (tree, "services/web/environment/MODE", "$$x: 1");
  assert_text (tree, "services/web/environment/DATABASE_URL", "postgresql://shop@store:5432/postgres");
  assert_text (tree, "services/web/deploy/replicas", "3");
  assert_text (tree, "services/web/restart", "on-failure:3");
  assert_text (tree, "services/web/stop_signal", "SIGINT");
  assert_text (tree, "services/web/depends_on/store/condition", "service_healthy");
  assert_text (tree, "services/web/ports/0", "8000");
  assert_text (tree, "services/store/image", "postgres:16");
  assert_text (tree, "services/store/environment/POSTGRES_USER", "shop");
  assert_text (tree, "services/store/volumes/0", "store-data:/var/lib/postgresql/data");
  g_assert_null (at (tree->root, "services/people"));
}

static void
replicas_that_know_each_other_are_services_of_their_own (void)
{
  g_autoptr (TbYamlTree) tree = write_tree ("<component id='kv' kind='store' replicas='3'><template name='etcd'/></component>"
                                            "<component id='kv-2' kind='server'/>", "compose");
  const TbYaml *words = at (tree->root, "services/kv-1/command");
  g_assert_true (has_word (words, "http://0.0.0.0:2379"));
  g_assert_true (has_word (words, "http://kv-1:2379"));
  g_assert_true (has_word (words, "m-kv-1=http://kv-1:2380,m-kv-r-2=http://kv-r-2:2380,m-kv-3=http://kv-3:2380"));
  assert_text (tree, "services/kv-3/networks/default/aliases/0", "kv");
  assert_text (tree, "services/kv-2/labels/tierboard.kind", "server");
}

static void
who_waits_for_whom_never_goes_round (void)
{
  g_autoptr (TbYamlTree) tree = write_tree ("<component id='a' kind='server'/><component id='b' kind='server'/>"
                                            "<link id='x' from='a' to='b'/><link id='y' from='b' to='a'/>", "compose");
  gboolean a = at (tree->root, "services/a/depends_on/b") != NULL, b = at (tree->root, "services/b/depends_on/a") != NULL;
  g_assert_false (a && b);
}

static void
what_came_from_compose_goes_back_as_it_came (void)
{
  static const char text[] = "services:\n  api:\n    image: acme/api:2\n    environment: {Q_URL: 'amqp://q:5672'}\n"
                             "    depends_on: {q: {condition: service_started}}\n  q: {image: 'rabbitmq:3'}\n"
                             "  db: {image: 'mysql:8', restart: always}\n";
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { .name = "compose.yaml", .bytes = text, .size = strlen (text) };
  g_autoptr (TbDocument) document = tb_import_bytes (&source, "compose", NULL, &error);
  g_assert_no_error (error);
  g_autofree char *out = write_out (document, "compose", FALSE, NULL);
  g_autoptr (TbYamlTree) tree = read_back (out);
  assert_text (tree, "services/api/image", "acme/api:2");
  assert_text (tree, "services/api/environment/Q_URL", "amqp://q:5672");
  assert_text (tree, "services/api/depends_on/q/condition", "service_started");
  assert_text (tree, "services/q/expose/0", "5672");
  assert_text (tree, "services/db/restart", "always");
  g_assert_null (at (tree->root, "services/api/command"));
  g_assert_null (at (tree->root, "services/db/environment"));
}

static TbDocument *
come_in (const char *text)
{
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { .name = "compose.yaml", .bytes = text, .size = strlen (text) };
  TbDocument *document = tb_import_bytes (&source, "compose", NULL, &error);
  g_assert_no_error (error);
  return document;
}

/* A stand-in listens above 1024, and the container that it stands for does not; data lie where the image has them. */
static void
ports_and_data_go_back_to_where_the_image_has_them (void)
{
  g_autoptr (TbDocument) document
    = come_in ("services:\n  web:\n    image: acme/web\n    ports: ['8080:80']\n    expose: ['443', '514/udp']\n"
               "    depends_on: [db]\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n");
  g_autofree char *out = write_out (document, "compose", FALSE, NULL);
  g_autoptr (TbYamlTree) tree = read_back (out);
  assert_text (tree, "services/web/ports/0", "8080:80");
  assert_text (tree, "services/web/expose/0", "443");
  assert_text (tree, "services/web/expose/1", "514/udp");
  assert_text (tree, "services/db/expose/0", "5432");
  assert_text (tree, "services/db/volumes/0", "db-data:/var/lib/postgresql/data");
}

/* Links, and the tiers, layers and groups by their names, are in labels that only we read. */
static void
who_calls_whom_comes_back_from_compose (void)
{
  g_autoptr (TbDocument) document
    = load ("<tier id='t1' name='Front desk'/><layer id='l1' name='Shown'/><layer id='l2' name='Ruled'/>"
            "<component id='web' kind='server' tier='t1' layer='l1 l2'/><component id='api' kind='server'/>"
            "<component id='db' kind='store'/><link id='a' from='web' to='api'/><link id='b' from='api' to='db'/>"
            "<link id='c' from='web' to='db' tags='offered'/>");
  g_autofree char *out = write_out (document, "compose", FALSE, NULL);
  g_autoptr (TbYamlTree) tree = read_back (out);
  assert_text (tree, "services/web/labels/tierboard.calls", "api");
  g_autoptr (TbDocument) back = come_in (out);
  const TbModel *model = tb_document_model (back);
  const TbElement *web = tb_model_lookup (model, "web"), *call = tb_model_lookup (model, "web-to-api");
  g_assert_nonnull (call);
  g_assert_false (tb_element_has_tag (call, "offered"));
  g_assert_nonnull (tb_model_lookup (model, "api-to-db"));
  g_assert_cmpstr (tb_element_title (tb_element_get_ref (model, web, TB_PROP_TIER)), ==, "Front desk");
  g_assert_cmpstr (tb_element_get (web, TB_PROP_LAYER), ==, "shown ruled");
}

/* What goes out of a file that came in is the same file to whoever reads it again. */
static void
a_second_time_out_is_as_the_first (void)
{
  g_autoptr (TbDocument) first
    = come_in ("services:\n  edge: {image: nginx, ports: ['80:80'], depends_on: [web]}\n"
               "  web: {image: a/web, expose: [8000], environment: {CACHE_URL: 'redis://cache:6379'}, deploy: {replicas: 2}}\n"
               "  cache: {image: redis, restart: always}\n");
  g_autofree char *out = write_out (first, "compose", FALSE, NULL);
  g_autoptr (TbDocument) second = come_in (out);
  g_autofree char *again = write_out (second, "compose", FALSE, NULL);
  const char *was = strstr (out, "services:"), *is = strstr (again, "services:");
  g_assert_cmpstr (is, ==, was);
}

static void
the_drawing_goes_along_and_comes_back_unless_the_file_was_changed (void)
{
  gsize size;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) told = tb_problems_new ();
  g_autoptr (TbDocument) document = load (SHOP "<tier id='t'/><note id='n'>${a} $b &amp; 'c'\nü</note>");
  g_autofree char *before = tb_model_to_xml (tb_document_model (document), &size);
  g_autofree char *text = write_out (document, "compose", TRUE, NULL);
  const TbImportSource source = { .name = "compose.yaml", .bytes = text, .size = strlen (text) };
  g_autoptr (TbDocument) back = tb_import_bytes (&source, "compose", NULL, &error);
  g_assert_no_error (error);
  g_autofree char *after = tb_model_to_xml (tb_document_model (back), &size);
  g_assert_cmpstr (before, ==, after);
  memcpy (strstr (text, "replicas: 3"), "replicas: 5", 11);
  g_autoptr (TbDocument) changed = tb_import_bytes (&source, "compose", told, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tb_component_replicas (tb_model_lookup (tb_document_model (changed), "web")), ==, 5);
  g_assert_cmpuint (told->len, >, 0);
}

static void
what_does_not_go_along_is_told (void)
{
  gboolean scenario = FALSE, image = FALSE;
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  g_autoptr (TbDocument) document = load (SHOP "<scenario id='s'><phase id='p' lasts='1s'/></scenario>");
  g_free (write_out (document, "compose", FALSE, lost));
  for (guint i = 0; i < lost->len; i++)
    {
      const TbProblem *problem = g_ptr_array_index (lost, i);
      g_assert_cmpstr (problem->rule, ==, "lost");
      scenario |= strstr (problem->message, "scenario") != NULL;
      image |= g_str_has_prefix (problem->message, "web: which image");
    }
  g_assert_true (scenario && image);
}

/* ---- The others ----------------------------------------------------------------------------------- */

static void
a_manifest_has_a_workload_and_a_service_for_each (void)
{
  g_autoptr (TbDocument) document = load (SHOP);
  g_autofree char *text = write_out (document, "kubernetes", FALSE, NULL);
  g_auto (GStrv) documents = g_strsplit (text, "---\n", -1);
  g_assert_cmpuint (g_strv_length (documents), ==, 4);
  g_autoptr (TbYamlTree) web = read_back (documents[0]), service = read_back (documents[1]), store = read_back (documents[2]);
  assert_text (web, "kind", "Deployment");
  assert_text (web, "spec/replicas", "3");
  assert_text (web, "spec/template/spec/containers/0/readinessProbe/httpGet/path", "/ok");
  assert_text (service, "kind", "Service");
  assert_text (service, "spec/type", "NodePort");
  assert_text (service, "spec/ports/0/port", "8000");
  assert_text (store, "kind", "StatefulSet");
  assert_text (store, "spec/volumeClaimTemplates/0/spec/resources/requests/storage", "1Gi");
}

static void
processes_keep_their_addresses_and_wait_for_each_other (void)
{
  g_autoptr (TbYamlTree) tree = write_tree (SHOP, "process-compose");
  assert_text (tree, "processes/web-2/depends_on/store/condition", "process_healthy");
  assert_text (tree, "processes/web-2/readiness_probe/http_get/path", "/ok");
  assert_text (tree, "processes/web-2/availability/restart", "on_failure");
  assert_text (tree, "processes/web-2/shutdown/signal", "2");
  g_assert_nonnull (strstr (tb_yaml_text (at (tree->root, "processes/web-1/command")), "export HOST='127."));
}

static void
a_procfile_has_a_line_for_each_process (void)
{
  g_autoptr (TbDocument) document = load (SHOP);
  g_autofree char *text = write_out (document, "procfile", FALSE, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  g_assert_true (g_str_has_prefix (lines[0], "web-1: "));
  g_assert_true (g_str_has_prefix (lines[3], "store: "));
  g_assert_true (g_str_has_prefix (lines[4], "people: "));
  g_assert_cmpstr (lines[5], ==, "");
}

static void
a_file_is_known_by_its_name (void)
{
  g_assert_cmpstr (tb_export_format_of_path ("a/compose.yaml")->name, ==, "compose");
  g_assert_cmpstr (tb_export_format_of_path ("docker-compose.yml")->name, ==, "compose");
  g_assert_cmpstr (tb_export_format_of_path ("process-compose.yaml")->name, ==, "process-compose");
  g_assert_cmpstr (tb_export_format_of_path ("Procfile")->name, ==, "procfile");
  g_assert_null (tb_export_format_of_path ("x.yaml"));
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = tb_export_file_name (&formats[i], "shop");
      const TbExportFormat *said = tb_export_format_of_path (name);
      g_assert_true (said == &formats[i] || (said == NULL && g_str_equal (name, "shop-kubernetes.yaml")));
      g_assert_nonnull (formats[i].help);
    }
}

static void
every_example_goes_out_in_every_way (void)
{
  static const char *const formats[] = { "compose", "kubernetes", "process-compose", "procfile" };
  g_autofree char *folder = tb_data_path ("examples");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (TbDocument) document = g_str_has_suffix (name, ".tierboard") ? tb_document_load (path, NULL, NULL) : NULL;
      for (guint i = 0; document != NULL && i < G_N_ELEMENTS (formats); i++)
        {
          g_autofree char *text = write_out (document, formats[i], FALSE, NULL);
          g_assert_cmpuint (strlen (text), >, 0);
          if (i < 2)
            g_assert_null (strstr (text, "127.64."));
          TbYamlTree *tree = i < 3 ? read_back (text) : NULL;
          g_clear_pointer (&tree, tb_yaml_tree_free);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/deploy/" #name, name)
  TEST (whatever_a_text_is_it_is_read_as_that_text);
  TEST (texts_by_chance_come_back_too);
  TEST (a_service_has_what_its_component_has);
  TEST (replicas_that_know_each_other_are_services_of_their_own);
  TEST (who_waits_for_whom_never_goes_round);
  TEST (what_came_from_compose_goes_back_as_it_came);
  TEST (ports_and_data_go_back_to_where_the_image_has_them);
  TEST (who_calls_whom_comes_back_from_compose);
  TEST (a_second_time_out_is_as_the_first);
  TEST (the_drawing_goes_along_and_comes_back_unless_the_file_was_changed);
  TEST (what_does_not_go_along_is_told);
  TEST (a_manifest_has_a_workload_and_a_service_for_each);
  TEST (processes_keep_their_addresses_and_wait_for_each_other);
  TEST (a_procfile_has_a_line_for_each_process);
  TEST (a_file_is_known_by_its_name);
  TEST (every_example_goes_out_in_every_way);
  return g_test_run ();
}
