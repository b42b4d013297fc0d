/* Files that lie beside a Compose file: which are read for whom a service calls, and which never. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tb-import.h"

typedef struct
{
  char *above, *folder;
  GPtrArray *told;
  TbDocument *document;
  const TbModel *model;
} Place;

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *parent = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The folder of the file in one above it, in one of our own. */
static void
place_init (Place *p)
{
  g_autofree char *outer = g_dir_make_tmp ("tierboard-compose-XXXXXX", NULL);
  p->above = g_build_filename (outer, "above", NULL);
  p->folder = g_build_filename (p->above, "shop", NULL);
  p->told = tb_problems_new ();
  g_assert_cmpint (g_mkdir_with_parents (p->folder, 0700), ==, 0);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_all (inner);
    }
  g_remove (path);
}

static void
place_clear (Place *p)
{
  g_autofree char *outer = g_path_get_dirname (p->above);
  remove_all (outer);
  g_clear_object (&p->document);
  g_ptr_array_unref (p->told);
  g_free (p->above);
  g_free (p->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static void
read_in (Place *p, const char *text)
{
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { .name = "compose.yaml", .folder = p->folder, .bytes = text, .size = strlen (text) };
  p->document = tb_import_bytes (&source, "compose", p->told, &error);
  g_assert_no_error (error);
  p->model = tb_document_model (p->document);
}

static gboolean
calls (const Place *p, const char *from, const char *to)
{
  for (guint i = 0; i < tb_model_count (p->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (p->model, TB_KIND_LINK, i);
      if (g_str_equal (tb_element_id (tb_element_get_ref (p->model, link, TB_PROP_FROM)), from)
          && g_str_equal (tb_element_id (tb_element_get_ref (p->model, link, TB_PROP_TO)), to))
        return TRUE;
    }
  return FALSE;
}

static gboolean
tells (const Place *p, const char *words)
{
  for (guint i = 0; i < p->told->len; i++)
    if (strstr (((TbProblem *) p->told->pdata[i])->message, words) != NULL)
      return TRUE;
  return FALSE;
}

#define WEB "services:\n  door:\n    image: nginx\n    volumes: [%s]\n  api: {image: acme/api}\n  shop: {image: acme/shop}\n  docs: {image: acme/docs}\n"

static void
test_what_a_proxy_leads_to_stands_in_its_file (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  put (p.folder, "conf/nginx.conf", "upstream shop {\n  server api:3000;\n}\nserver {\n  # proxy_pass http://docs;\n"
                                    "  location / { proxy_pass http://shop; }\n}\n");
  g_autofree char *text = g_strdup_printf (WEB, "\"./conf/nginx.conf:/etc/nginx/nginx.conf:ro\"");
  read_in (&p, text);
  g_assert_true (calls (&p, "door", "api"));
  g_assert_false (calls (&p, "door", "shop")); /* there it is the upstream's name */
  g_assert_false (calls (&p, "door", "docs")); /* a remark */
  g_assert_true (tells (&p, "door seems to call api, as line 2 of nginx.conf says"));
}

static void
test_a_folder_of_settings_is_looked_into_and_one_of_source_not (void)
{
  static const char *const targets[] = { "/etc/nginx/conf.d", "/usr/share/app" };
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_auto (Place) p = { 0 };
      place_init (&p);
      put (p.folder, "sites/one.conf", "proxy_pass http://api:80;\n");
      g_autofree char *volume = g_strdup_printf ("./sites:%s", targets[i]), *text = g_strdup_printf (WEB, volume);
      read_in (&p, text);
      g_assert_cmpint (calls (&p, "door", "api"), ==, i == 0);
    }
}

static void
test_what_an_image_is_built_with_counts_too (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  put (p.folder, "door/Dockerfile", "FROM nginx\nCOPY --chown=1 my.conf /etc/nginx/conf.d/default.conf\nCOPY other.conf /tmp/\n");
  put (p.folder, "door/my.conf", "proxy_pass http://api:80;\n");
  put (p.folder, "door/other.conf", "proxy_pass http://shop:80;\n");
  read_in (&p, "services:\n  door: {build: ./door}\n  api: {image: acme/api}\n  shop: {image: acme/shop}\n");
  g_assert_true (calls (&p, "door", "api"));
  g_assert_false (calls (&p, "door", "shop"));
}

/* Whoever asks for figures is not the one that a service is there for: people still call it. */
static void
test_one_that_is_only_watched_is_not_called (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  put (p.folder, "prometheus.yml", "scrape_configs:\n  - static_configs:\n    - targets: ['api:8080']\n");
  read_in (&p, "services:\n  prometheus:\n    image: prom/prometheus\n    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml\"]\n"
               "  api: {image: acme/api, ports: [\"8080:8080\"]}\n");
  g_assert_true (calls (&p, "prometheus", "api") && calls (&p, "users", "api"));
}

/* Its variables say whom it calls: the file is what they take the place of. */
static void
test_files_say_nothing_more_where_variables_do (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  put (p.folder, "app.toml", "url = \"http://docs:80\"\n");
  read_in (&p, "services:\n  app:\n    image: acme/app\n    environment: {API_URL: \"http://api:80\"}\n    volumes: [\"./app.toml:/etc/app.toml\"]\n"
               "  api: {image: acme/api}\n  docs: {image: acme/docs}\n");
  g_assert_true (calls (&p, "app", "api"));
  g_assert_false (calls (&p, "app", "docs"));
}

/* By its path it lies here, by where it leads it does not. */
static void
test_a_link_out_of_the_folder_is_not_followed (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  g_autofree char *outer = g_path_get_dirname (p.above), *secret = g_build_filename (outer, "secret.yaml", NULL);
  g_autofree char *inner = g_build_filename (p.folder, "base.yaml", NULL), *fifo = g_build_filename (p.folder, "nginx.conf", NULL);
  put (outer, "secret.yaml", "services: {hidden: {image: acme/hidden}}\n");
  g_assert_cmpint (symlink (secret, inner), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  read_in (&p, "include: [base.yaml]\nservices:\n  door: {image: nginx, volumes: [\"./nginx.conf:/etc/nginx/nginx.conf\"]}\n");
  g_assert_null (tb_model_lookup (p.model, "hidden"));
  g_assert_true (tells (&p, "“base.yaml” cannot be read"));
}

static void
test_a_link_within_the_folder_is_followed (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  g_autofree char *link = g_build_filename (p.folder, "base.yaml", NULL);
  put (p.folder, "real.yaml", "services: {shown: {image: acme/shown}}\n");
  g_assert_cmpint (symlink ("real.yaml", link), ==, 0);
  read_in (&p, "include: [base.yaml]\nservices: {door: {image: nginx}}\n");
  g_assert_nonnull (tb_model_lookup (p.model, "shown"));
}

/* Zammad has fifty of them. */
static void
test_variables_without_a_value_are_told_in_one_sentence (void)
{
  g_auto (Place) p = { 0 };
  place_init (&p);
  read_in (&p, "services:\n  a: {image: x, environment: [ONE, TWO]}\n  b: {image: x, environment: [ONE, TWO]}\n");
  g_assert_true (tells (&p, "a variable without a value in the file is left out: ONE, TWO (line 2)"));
  guint n = 0;
  for (guint i = 0; i < p.told->len; i++)
    n += strstr (((TbProblem *) p.told->pdata[i])->message, "without a value") != NULL;
  g_assert_cmpuint (n, ==, 1);
}

#define ADD(path, test) g_test_add_func ("/import/compose-files/" path, test)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what a proxy leads to stands in its file", test_what_a_proxy_leads_to_stands_in_its_file);
  ADD ("a folder of settings is looked into, and one of source not", test_a_folder_of_settings_is_looked_into_and_one_of_source_not);
  ADD ("what an image is built with counts too", test_what_an_image_is_built_with_counts_too);
  ADD ("one that is only watched is not called", test_one_that_is_only_watched_is_not_called);
  ADD ("files say nothing more where variables do", test_files_say_nothing_more_where_variables_do);
  ADD ("a link out of the folder is not followed", test_a_link_out_of_the_folder_is_not_followed);
  ADD ("a link within the folder is followed", test_a_link_within_the_folder_is_followed);
  ADD ("variables without a value are told in one sentence", test_variables_without_a_value_are_told_in_one_sentence);
  return g_test_run ();
}
