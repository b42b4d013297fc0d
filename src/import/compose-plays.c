/* What plays the part of a service.
 *
 * A known program (postgres:16) its template; one that is built from a folder here, and says its command, that command;
 * anything else a built-in part that stands in for it. Chosen so that the drawing runs at once: what only a container
 * could do (a port below 1024, a language that the built-in parts do not speak) is left to a stand-in, and told.
 *
 *   tb_compose_choose_part  for each service alone
 *   (links are found)
 *   tb_compose_settle       what callers ask for besides; then all of it is written into the component */
#include "compose-private.h"

#include <string.h>

#include "tb-template.h"

#define FIRST_OPEN_PORT 1024

/* Options behind their programs that our templates know as parameters. */
static const struct
{
  const char *template, *option, *param;
} known_options[] = {
  { "redis", "--appendonly", "appendonly" },
  { "redis", "--requirepass", "password" },
  { "redis", "--maxmemory", "maxmemory" },
  { "memcached", "-m", "memory" },
  { "memcached", "-t", "threads" },
};

static void
assume (TbCompose *compose, const TbComposeService *service, guint line, const char *what)
{
  tb_compose_gather (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, line, service->name, what);
}

const char *
tb_compose_build_folder (const TbComposeService *service)
{
  const TbYaml *build = tb_yaml_get (service->node, "build");
  const char *text = tb_yaml_text (build);
  return text != NULL ? text : tb_yaml_get_text (build, "context");
}

void
tb_compose_add_param (TbCompose *compose, const TbComposeService *service, const char *name, const char *value,
                      guint line)
{
  const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE);
  if (template == NULL || *value == '\0')
    return;
  TbUid param = tb_build_child (compose->build, TB_KIND_PARAM, tb_element_uid (template), line);
  tb_build_set (compose->build, param, TB_PROP_NAME, name, line);
  tb_build_set (compose->build, param, TB_PROP_VALUE, value, line);
}

/* ---- Commands ---------------------------------------------------------------------------------- */

/* A word that is no program is an argument of what the image starts, which its Dockerfile says; a path from the root
 * is one in the image. */
static gboolean
is_program (const char *line)
{
  static const char known[]
    = "python python2 python3 node npm npx yarn pnpm bun deno java mvn gradle go ruby bundle rails rake php perl sh bash "
      "gunicorn uvicorn hypercorn flask celery django-admin poetry pipenv uv dotnet cargo make mix elixir nodemon ts-node "
      "tsx env";
  g_auto (GStrv) programs = g_strsplit (known, " ", -1);
  g_autofree char *word = g_strndup (line, strcspn (line, " \t\n"));
  if (*word == '/')
    return g_str_has_prefix (word, "/bin/") || g_str_has_prefix (word, "/usr/bin/");
  return strchr (word, '/') != NULL || g_strv_contains ((const char *const *) programs, word);
}

/* What a Dockerfile starts by a path is often made while the image is: then it is not in the folder. */
static gboolean
is_made_in_image (const TbComposeService *service, const char *line)
{
  g_autofree char *word = g_strndup (line, strcspn (line, " \t\n"));
  if (strchr (word, '/') == NULL || *word == '/')
    return FALSE;
  g_autofree char *base = g_canonicalize_filename (service->file->folder, NULL);
  g_autofree char *dir = g_canonicalize_filename (tb_compose_build_folder (service), base);
  g_autofree char *path = g_canonicalize_filename (word, dir);
  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

/* What npm has not installed here would only fail. */
static gboolean
lacks_modules (const TbComposeService *service, const char *line)
{
  static const char *const known[] = { "node", "npm", "npx", "yarn", "pnpm", "nodemon", "ts-node", "tsx", NULL };
  g_autofree char *word = g_strndup (line, strcspn (line, " \t\n"));
  g_autofree char *base = g_canonicalize_filename (service->file->folder, NULL);
  g_autofree char *dir = g_canonicalize_filename (tb_compose_build_folder (service), base);
  g_autofree char *wanted = g_build_filename (dir, "package.json", NULL);
  g_autofree char *there = g_build_filename (dir, "node_modules", NULL);
  return g_strv_contains (known, word) && g_file_test (wanted, G_FILE_TEST_EXISTS)
         && !g_file_test (there, G_FILE_TEST_EXISTS);
}

/* entrypoint: and command: are one command line. (transfer full), NULL: neither is said. */
static char *
whole_command (const TbComposeService *service)
{
  g_autofree char *entry = tb_compose_command_line (tb_yaml_get (service->node, "entrypoint"));
  g_autofree char *command = tb_compose_command_line (tb_yaml_get (service->node, "command"));
  if (entry != NULL && command != NULL)
    return g_strdup_printf ("%s %s", entry, command);
  return entry != NULL ? g_steal_pointer (&entry) : g_steal_pointer (&command);
}

/* The program itself, where its source lies here and its command is said. (transfer full), NULL: it cannot be. */
static char *
own_command (TbCompose *compose, TbComposeService *service)
{
  const char *folder = tb_compose_build_folder (service);
  if (folder == NULL || strstr (folder, "://") != NULL || service->file->folder == NULL)
    return NULL;
  guint exposed = 0;
  g_autofree char *line = whole_command (service);
  g_autofree char *started = tb_compose_dockerfile (compose, service, folder, &exposed);
  if (line == NULL && started != NULL && !is_made_in_image (service, started))
    line = g_steal_pointer (&started);
  service->exposed = exposed;
  return line != NULL && is_program (line) ? g_steal_pointer (&line) : NULL;
}

static gboolean
has_low_port (const TbComposeService *service)
{
  for (guint i = 0; i < service->ports->len; i++)
    if (g_array_index (service->ports, TbComposePort, i).port < FIRST_OPEN_PORT)
      return TRUE;
  return FALSE;
}

/* Why the command cannot run outside its container; NULL: it may. */
static const char *
hindrance (const TbComposeService *service)
{
  if (service->command_line != NULL && has_low_port (service))
    return "its command is left out: it listens below port 1024, which is root's outside a container";
  if (service->command_line != NULL && lacks_modules (service, service->command_line))
    return "its command is left out: its folder has a package.json and no node_modules";
  return NULL;
}

static const TbYaml *
command_node (const TbComposeService *service)
{
  static const char *const keys[] = { "command", "entrypoint", "build" };
  const TbYaml *node = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && node == NULL; i++)
    node = tb_yaml_get (service->node, keys[i]);
  return node != NULL ? node : service->node;
}

static void
write_command (TbCompose *compose, TbComposeService *service)
{
  guint line = command_node (service)->line;
  g_autofree char *base = g_canonicalize_filename (service->file->folder, NULL);
  g_autofree char *dir = g_canonicalize_filename (tb_compose_build_folder (service), base);
  g_auto (GStrv) parts = g_strsplit (service->command_line, "${", -1);
  g_autofree char *escaped = g_strjoinv ("$${", parts);
  TbUid uid = tb_build_child (compose->build, TB_KIND_COMMAND, service->uid, line);
  service->command = tb_build_set (compose->build, uid, TB_PROP_TEXT, escaped, line);
  tb_build_set (compose->build, uid, TB_PROP_DIR, dir, line);
  assume (compose, service, line,
          "its command is taken as one that runs on this machine too, in the folder it is built from");
}

/* ---- Ports ------------------------------------------------------------------------------------- */

static void
read_ports (TbCompose *compose, TbComposeService *service)
{
  static const char *const keys[] = { "ports", "expose" };
  service->ports = g_array_new (FALSE, FALSE, sizeof (TbComposePort));
  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      const TbYaml *list = tb_yaml_get (service->node, keys[k]);
      for (guint i = 0; i < tb_yaml_n (list); i++)
        {
          const TbYaml *item = tb_yaml_nth (list, i);
          TbComposePort port;
          if (!tb_compose_port (item, &port))
            tb_compose_gather (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, item->line,
                               service->name, "this is no port");
          else if (port.n > 1)
            tb_compose_gather (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, item->line,
                               service->name, "a range of ports has no place here; its first is taken");
          port.line = item->line;
          if (port.port > 0)
            g_array_append_val (service->ports, port);
        }
    }
}

/* What stands for the container's port. */
static const TbElement *
service_at (const TbCompose *compose, const TbComposeService *service, guint port)
{
  char name[32];
  const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
  g_snprintf (name, sizeof name, "port-%u", port);
  for (guint i = 0; i < tb_element_n_children (component); i++)
    {
      const TbElement *child = tb_element_child (component, i);
      if (tb_element_kind (child) == TB_KIND_SERVICE && g_strcmp0 (tb_element_get (child, TB_PROP_NAME), name) == 0)
        return child;
    }
  return NULL;
}

static gboolean
has_port (const TbComposeService *service, guint port)
{
  for (guint i = 0; i < service->ports->len; i++)
    if (g_array_index (service->ports, TbComposePort, i).port == port)
      return TRUE;
  return FALSE;
}

/* 80 is 8080 here, where those below 1024 are root's. */
static guint
open_port (const TbComposeService *service, guint port)
{
  guint open = port;
  for (guint add = 8000; open < FIRST_OPEN_PORT || (open != port && has_port (service, open)); add += 1000)
    open = port + add;
  return open;
}

static void
write_port (TbCompose *compose, const TbComposeService *service, const TbComposePort *port)
{
  char number[16], name[32];
  const char *protocol = port->udp ? "udp" : tb_foreign_protocol (port->port, NULL);
  if (protocol == NULL || (!service->command && !port->udp))
    protocol = service->command && service->kind.role != TB_ROLE_SERVER ? "tcp" : "http";
  if (service_at (compose, service, port->port) != NULL)
    return;
  g_snprintf (number, sizeof number, "%u", open_port (service, port->port));
  g_snprintf (name, sizeof name, "port-%u", port->port);
  TbUid uid = tb_build_child (compose->build, TB_KIND_SERVICE, service->uid, port->line);
  tb_build_set (compose->build, uid, TB_PROP_NAME, name, port->line);
  tb_build_set (compose->build, uid, TB_PROP_PROTOCOL, protocol, port->line);
  tb_build_set (compose->build, uid, TB_PROP_PORT, number, port->line);
}

/* A template has its own ports, and so has a store that stands in for another. */
static void
write_ports (TbCompose *compose, const TbComposeService *service)
{
  if (service->template || service->kind.role == TB_ROLE_CLIENT
      || (!service->command && tb_compose_keeps_data (service->kind.role)))
    return;
  for (guint i = 0; i < service->ports->len; i++)
    write_port (compose, service, &g_array_index (service->ports, TbComposePort, i));
}

/* ---- Choosing ---------------------------------------------------------------------------------- */

static gboolean
template_fits (const TbComposeService *service)
{
  const TbTemplate *known = service->kind.from_program && service->kind.template != NULL
                              ? tb_template_find (service->kind.template, NULL) : NULL;
  g_auto (GStrv) kinds = g_strsplit (known != NULL ? known->kinds : "", " ", -1);
  return g_strv_contains ((const char *const *) kinds, tb_role_name (service->kind.role));
}

void
tb_compose_choose_part (TbCompose *compose, TbComposeService *service)
{
  read_ports (compose, service);
  service->template = template_fits (service);
  if (service->template)
    return;
  service->command_line = own_command (compose, service);
  const char *why = hindrance (service);
  if (why == NULL)
    return;
  g_clear_pointer (&service->command_line, g_free);
  assume (compose, service, command_node (service)->line, why);
}

/* A program of the person's own that is called without a word about its port. */
static void
settle_port (TbCompose *compose, TbComposeService *service)
{
  TbComposePort port = { .port = service->exposed, .n = 1, .line = service->node->line };
  if (!service->called || service->ports->len > 0 || service->command_line == NULL)
    return;
  for (guint i = 0; i < compose->calls->len; i++)
    {
      const TbComposeCall *call = &g_array_index (compose->calls, TbComposeCall, i);
      if (call->to == service && call->port > 0)
        port.port = call->port;
    }
  if (port.port >= FIRST_OPEN_PORT)
    {
      g_array_append_val (service->ports, port);
      return;
    }
  g_clear_pointer (&service->command_line, g_free);
  assume (compose, service, command_node (service)->line,
          "its command is left out: others call it, and nothing says at which port");
}

static gboolean
is_spoken_by_parts (const char *template)
{
  static const char *const spoken[] = { "http", "resp", "mqtt", "rpc", NULL };
  const TbTemplate *known = tb_template_find (template, NULL);
  const TbTemplateService *first = known != NULL && known->services->len > 0 ? known->services->pdata[0] : NULL;
  return first != NULL && first->protocol != NULL && g_strv_contains (spoken, first->protocol);
}

/* A database whose caller is stood in for is never asked anything that it understands: TRUE, it is none now. */
static gboolean
settle_template (TbCompose *compose, TbComposeService *service)
{
  if (!service->template || is_spoken_by_parts (service->kind.template))
    return FALSE;
  for (guint i = 0; i < compose->calls->len; i++)
    {
      const TbComposeCall *call = &g_array_index (compose->calls, TbComposeCall, i);
      if (call->to != service || call->from->template || call->from->command_line != NULL)
        continue;
      service->template = FALSE;
      service->kind.template = NULL;
      assume (compose, service, service->node->line,
              "a built-in part stands in for it: those that stand in for its callers do not speak its language");
      return TRUE;
    }
  return FALSE;
}

static const char *
image_of (const TbComposeService *service)
{
  const char *image = tb_yaml_get_text (service->node, "image");
  return image != NULL ? image : tb_compose_build_folder (service);
}

/* What passes requests on is a balancer where there are several of one kind to choose from, else a proxy; nginx that
 * passes nothing on is a server of pages. */
static void
settle_balancer (TbCompose *compose, TbComposeService *service)
{
  const TbComposeService *first = NULL;
  guint n = 0, alike = 0;
  if (service->kind.role != TB_ROLE_BALANCER || !service->kind.from_program
      || tb_compose_label (service, "tierboard.kind") != NULL)
    return;
  for (guint i = 0; i < compose->calls->len; i++)
    {
      const TbComposeCall *call = &g_array_index (compose->calls, TbComposeCall, i);
      if (call->from != service)
        continue;
      n++;
      first = first != NULL ? first : call->to;
      alike += call->to == first || g_strcmp0 (image_of (first), image_of (call->to)) == 0;
      if (tb_compose_replicas (call->to) > 1)
        return;
    }
  gboolean pages = n == 0 && g_strcmp0 (service->kind.template, "nginx") == 0;
  if (n > 1 && alike == n)
    return;
  service->kind.role = pages ? TB_ROLE_SERVER : TB_ROLE_PROXY;
  tb_build_set (compose->build, service->uid, TB_PROP_KIND, tb_role_name (service->kind.role), service->node->line);
}

/* ---- Writing ----------------------------------------------------------------------------------- */

static gboolean
is_default (const char *template, const char *param, const char *value)
{
  const TbTemplate *known = tb_template_find (template, NULL);
  const TbTemplateParam *of = known != NULL ? tb_template_param (known, param) : NULL;
  return of != NULL && g_strcmp0 (of->default_value, value) == 0;
}

static void
write_template (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *command = tb_yaml_get (service->node, "command");
  g_autofree char *line = tb_compose_command_line (command);
  g_auto (GStrv) words = NULL;
  tb_build_set_template (compose->build, service->uid, service->kind.template, service->node->line);
  if (line == NULL || !g_shell_parse_argv (line, NULL, &words, NULL))
    return;
  for (guint w = 0; words[w] != NULL; w++)
    for (guint i = 0; i < G_N_ELEMENTS (known_options) && words[w + 1] != NULL; i++)
      if (g_str_equal (known_options[i].option, words[w])
          && g_str_equal (known_options[i].template, service->kind.template)
          && !is_default (service->kind.template, known_options[i].param, words[w + 1]))
        tb_compose_add_param (compose, service, known_options[i].param, words[w + 1], command->line);
}

/* Links to what has several ports lead to the one that is named. */
static void
write_call (TbCompose *compose, const TbComposeCall *call)
{
  const TbElement *at = call->port > 0 ? service_at (compose, call->to, call->port) : NULL;
  if (at != NULL)
    tb_build_set (compose->build, call->link, TB_PROP_SERVICE, tb_element_get (at, TB_PROP_NAME), call->line);
}

void
tb_compose_settle (TbCompose *compose)
{
  for (guint i = 0; i < compose->services->len; i++)
    settle_port (compose, compose->services->pdata[i]);
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *service = compose->services->pdata[i];
      settle_balancer (compose, service);
      if (settle_template (compose, service))
        continue;
      if (service->template)
        write_template (compose, service);
      else if (service->command_line != NULL)
        write_command (compose, service);
      else
        assume (compose, service, service->node->line,
                "a built-in part stands in for it; give it a command to run the program itself");
      write_ports (compose, service);
    }
  for (guint i = 0; i < compose->calls->len; i++)
    write_call (compose, &g_array_index (compose->calls, TbComposeCall, i));
}
