/* ${…}: names in commands, files and variables, and what they stand for. */
#include "plan-private.h"

#include <string.h>

#define KNOWN_NAMES                                                                                \
  "host port port.NAME dir name component replica replicas device members peers peer.N.host link.ID.host "  \
  "link.ID.port link.ID.url link.ID.first link.ID.targets"

static char *
unknown (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static char *
unknown (GError **error, const char *format, ...)
{
  va_list ap;
  va_start (ap, format);
  g_autofree char *sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  g_set_error_literal (error, TB_PLAN_ERROR, TB_PLAN_ERROR_REFERENCE, sentence);
  return NULL;
}

static char *
number (guint value)
{
  return g_strdup_printf ("%u", value);
}

static char *
own_port (const TbScope *scope, const char *name, GError **error)
{
  const TbPlanPort *port = tb_part_port (scope->part, name);
  if (port != NULL)
    return number (port->port);
  if (name == NULL)
    return unknown (error, "${port} stands for nothing: %s offers no service", scope->part->title);
  return unknown (error, "${port.%s} stands for nothing: %s offers no service “%s”", name,
                  scope->part->title, name);
}

/* All replicas, this one too, by their addresses alone: what each is told of the whole cluster. */
static GPtrArray *
member_addresses (const TbScope *scope)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < scope->part->n; i++)
    g_ptr_array_add (list, tb_plan_address_text (
                               tb_planner_instance (scope->planner, scope->part->first + i)->address));
  return list;
}

static GPtrArray *
peer_addresses (const TbScope *scope)
{
  const TbPlanPort *port = tb_part_port (scope->part, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < scope->part->n; i++)
    {
      const TbPlanInstance *peer = tb_planner_instance (scope->planner, scope->part->first + i);
      g_autofree char *address = tb_plan_address_text (peer->address);
      if (peer != scope->instance)
        g_ptr_array_add (list, port ? g_strdup_printf ("%s:%u", address, port->port)
                                    : g_strdup (address));
    }
  return list;
}

/* "members", "peers", "targets", or those with ":FORMAT" behind, which says how each one is written:
 * with blanks between them, with commas where the format begins with one, a line each where it
 * begins with "|". */
static char *
format_list (GPtrArray *addresses, const char *format)
{
  g_autoptr (GPtrArray) owned = addresses;
  if (format == NULL)
    return tb_plan_format_addresses (owned, "%", ",");
  if (*format == ',')
    return tb_plan_format_addresses (owned, format + 1, ",");
  if (*format == '|')
    return tb_plan_format_addresses (owned, format + 1, "\n");
  return tb_plan_format_addresses (owned, format, " ");
}

/* Replica 1 of the called, by its address alone: "host" may be one that leads to any of them. */
static char *
first_target (const TbScope *scope, const TbPlanLink *link)
{
  return tb_plan_address_text (
    tb_planner_instance (scope->planner, g_array_index (link->to, guint, 0))->address);
}

static char *
link_value (const TbScope *scope, const TbPlanLink *link, const char *what, const char *format,
            GError **error)
{
  if (g_str_equal (what, "id"))
    return g_strdup (link->id);
  if (g_str_equal (what, "host"))
    return tb_planner_link_host (scope->planner, link);
  if (g_str_equal (what, "port"))
    return number (link->port);
  if (g_str_equal (what, "url"))
    return tb_planner_link_url (scope->planner, link);
  if (g_str_equal (what, "first"))
    return first_target (scope, link);
  if (g_str_equal (what, "targets"))
    return format_list (tb_planner_link_addresses (scope->planner, link), format);
  return unknown (error, "a link has id, host, port, url, first and targets, and no “%s”", what);
}

static char *
no_such_link (const TbScope *scope, const char *id, GError **error)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  for (guint i = 0; i < scope->part->links->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "",
                            ((TbPlanLink *) g_ptr_array_index (scope->part->links, i))->id);
  return unknown (error, "no link “%s” leads from %s (%s%s)", id, scope->part->title,
                  ids->len > 0 ? "there are: " : "it has none", ids->str);
}

/* rest: "ID.host", or "host" for the first link. */
static char *
link_name (const TbScope *scope, const char *rest, const char *format, GError **error)
{
  const char *dot = strchr (rest, '.');
  g_autofree char *id = dot ? g_strndup (rest, (gsize) (dot - rest)) : NULL;
  for (guint i = 0; i < scope->part->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (scope->part->links, i);
      if (id == NULL || g_str_equal (link->id, id))
        return link_value (scope, link, dot ? dot + 1 : rest, format, error);
    }
  return no_such_link (scope, id ? id : "", error);
}

static char *
peer_name (const TbScope *scope, const char *rest, GError **error)
{
  char *end = NULL;
  guint64 n = g_ascii_strtoull (rest, &end, 10);
  if (n < 1 || n > scope->part->n || !g_str_equal (end, ".host"))
    return unknown (error, "${peer.%s} stands for nothing: peers are ${peer.1.host} to "
                    "${peer.%u.host}", rest, scope->part->n);
  return tb_plan_address_text (
    tb_planner_instance (scope->planner, scope->part->first + (guint) n - 1)->address);
}

static char *
param_name (const TbScope *scope, const char *name, GError **error)
{
  const char *value = scope->part->params ? g_hash_table_lookup (scope->part->params, name) : NULL;
  if (value == NULL)
    return unknown (error, "${param.%s} stands for nothing: there is no such parameter", name);
  return g_strdup (value);
}

static char *
own_name (const TbScope *scope, const char *name, const char *format, GError **error)
{
  const TbPlanInstance *instance = scope->instance;
  if (g_str_equal (name, "host"))
    return tb_plan_address_text (instance->address);
  if (g_str_equal (name, "port"))
    return own_port (scope, NULL, error);
  if (g_str_equal (name, "dir"))
    return g_strdup (scope->dir);
  if (g_str_equal (name, "name"))
    return g_strdup (instance->id);
  if (g_str_equal (name, "component"))
    return g_strdup (instance->component_id);
  if (g_str_equal (name, "device"))
    return g_strdup (instance->device);
  if (g_str_equal (name, "replica"))
    return number (instance->replica);
  if (g_str_equal (name, "replicas"))
    return number (scope->part->n);
  if (g_str_equal (name, "members"))
    return format_list (member_addresses (scope), format);
  if (g_str_equal (name, "peers"))
    return format_list (peer_addresses (scope), format);
  return unknown (error, "“${%s}” stands for nothing; names are: " KNOWN_NAMES, name);
}

static char *
value_of (const TbScope *scope, const char *name, const char *format, GError **error)
{
  const char *let = scope->lets ? g_hash_table_lookup (scope->lets, name) : NULL;
  if (let != NULL)
    return g_strdup (let);
  if (g_str_has_prefix (name, "port."))
    return own_port (scope, name + 5, error);
  if (g_str_has_prefix (name, "param."))
    return param_name (scope, name + 6, error);
  if (g_str_has_prefix (name, "peer."))
    return peer_name (scope, name + 5, error);
  if (g_str_has_prefix (name, "link."))
    return link_name (scope, name + 5, format, error);
  if (g_str_has_prefix (name, "each.") && scope->each != NULL)
    return link_value (scope, scope->each, name + 5, format, error);
  return own_name (scope, name, format, error);
}

/* What differs between machines and runs is shown by its name where a person is asked for trust. */
static gboolean
is_of_this_machine (const TbScope *scope, const char *name)
{
  return scope->for_trust && !g_str_has_prefix (name, "param.")
         && !(scope->lets && g_hash_table_contains (scope->lets, name));
}

static char *
replace (const TbScope *scope, const char *inside, GError **error)
{
  const char *colon = strchr (inside, ':');
  g_autofree char *name = colon ? g_strndup (inside, (gsize) (colon - inside)) : g_strdup (inside);
  char *value = value_of (scope, name, colon ? colon + 1 : NULL, error);
  if (value == NULL || !is_of_this_machine (scope, name))
    return value;
  g_free (value);
  return g_strdup_printf ("${%s}", name);
}

char *
tb_scope_expand (const TbScope *scope, const char *text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *p = text;
  while (*p != '\0')
    {
      const char *open = strstr (p, "${"), *close = open ? strchr (open, '}') : NULL;
      if (open == NULL || close == NULL)
        break;
      if (open > text && open[-1] == '$')
        {
          g_string_append_len (out, p, open - p - 1);
          g_string_append (out, "${");
          p = open + 2;
          continue;
        }
      g_string_append_len (out, p, open - p);
      g_autofree char *inside = g_strndup (open + 2, (gsize) (close - open - 2));
      g_autofree char *value = replace (scope, inside, error);
      if (value == NULL)
        return NULL;
      g_string_append (out, value);
      p = close + 1;
    }
  g_string_append (out, p);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
