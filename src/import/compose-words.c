/* The short and long forms of Compose's values. */
#include "compose-private.h"

#include <string.h>

#include "tb-base.h"

static gboolean
read_range (const char *text, guint *from, guint *n)
{
  char *end;
  guint64 first = g_ascii_strtoull (text, &end, 10), last = first;
  if (end == text)
    return FALSE;
  if (*end == '-')
    last = g_ascii_strtoull (end + 1, &end, 10);
  if (*end != '\0' || first < 1 || last < first || last > 65535)
    return FALSE;
  *from = (guint) first;
  *n = (guint) (last - first) + 1;
  return TRUE;
}

static gboolean
read_short_port (const char *text, TbComposePort *port)
{
  g_autofree char *copy = g_strdup (text);
  char *slash = strchr (copy, '/');
  if (slash != NULL)
    {
      *slash = '\0';
      port->udp = g_ascii_strcasecmp (slash + 1, "udp") == 0;
    }
  char *colon = strrchr (copy, ':');
  port->outside = colon != NULL;
  if (!read_range (colon != NULL ? colon + 1 : copy, &port->port, &port->n))
    return FALSE;
  if (colon == NULL)
    return TRUE;
  *colon = '\0';
  guint n;
  char *before = strrchr (copy, ':'); /* 127.0.0.1:8080, [::1]:8080 */
  if (!read_range (before != NULL ? before + 1 : copy, &port->published, &n))
    port->published = 0;
  return TRUE;
}

gboolean
tb_compose_port (const TbYaml *node, TbComposePort *port)
{
  *port = (TbComposePort){ .n = 1 };
  const char *text = tb_yaml_text (node);
  if (text != NULL)
    return read_short_port (text, port);
  const char *target = tb_yaml_get_text (node, "target");
  const char *published = tb_yaml_get_text (node, "published");
  guint n;
  if (target == NULL || !read_range (target, &port->port, &port->n))
    return FALSE;
  port->outside = published != NULL;
  if (published != NULL && !read_range (published, &port->published, &n))
    port->published = 0;
  port->udp = g_strcmp0 (tb_yaml_get_text (node, "protocol"), "udp") == 0;
  return TRUE;
}

gint64
tb_compose_duration (const char *text)
{
  static const struct
  {
    const char *unit;
    gint64 ns;
  } units[] = { { "ns", 1 },         { "us", 1000 },        { "ms", 1000000 },        { "h", 3600 * TB_NS_PER_S },
                { "m", 60 * TB_NS_PER_S }, { "s", TB_NS_PER_S }, { "", TB_NS_PER_S } };
  double sum = 0;
  while (text != NULL && *text != '\0')
    {
      char *end;
      double value = g_ascii_strtod (text, &end);
      gsize i = 0;
      if (end == text || !(value >= 0))
        return 0;
      while (i + 1 < G_N_ELEMENTS (units) && !g_str_has_prefix (end, units[i].unit))
        i++;
      if (*units[i].unit == '\0' && *end != '\0')
        return 0;
      sum += value * (double) units[i].ns;
      text = end + strlen (units[i].unit);
    }
  return sum < 1e15 ? (gint64) sum : 0;
}

static void
pair_free (gpointer data)
{
  TbComposePair *pair = data;
  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static void
add_pair (GPtrArray *pairs, const char *name, gsize length, const char *value, guint line)
{
  TbComposePair *pair = g_new0 (TbComposePair, 1);
  pair->name = g_strndup (name, length);
  pair->value = g_strdup (value);
  pair->line = line;
  g_ptr_array_add (pairs, pair);
}

GPtrArray *
tb_compose_pairs (const TbYaml *node)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (pair_free);
  for (guint i = 0; i < tb_yaml_n (node); i++)
    {
      const TbYaml *item = tb_yaml_nth (node, i);
      const char *key = tb_yaml_key (node, i);
      const char *text = key == NULL ? tb_yaml_text (item) : NULL;
      const char *equals = text != NULL ? strchr (text, '=') : NULL;
      if (key != NULL && item->type == TB_YAML_SCALAR)
        add_pair (pairs, key, strlen (key), tb_yaml_text (item), item->line);
      else if (text != NULL)
        add_pair (pairs, text, equals != NULL ? (gsize) (equals - text) : strlen (text),
                  equals != NULL ? equals + 1 : NULL, item->line);
    }
  return pairs;
}

char *
tb_compose_command_line (const TbYaml *node)
{
  if (node == NULL || node->type == TB_YAML_SCALAR)
    return g_strdup (tb_yaml_text (node));
  g_autoptr (GString) line = g_string_new (NULL);
  for (guint i = 0; node->type == TB_YAML_SEQUENCE && i < tb_yaml_n (node); i++)
    {
      const char *word = tb_yaml_text (tb_yaml_nth (node, i));
      gboolean plain = word != NULL && *word != '\0' && strpbrk (word, " \t\n\"'\\$`;&|<>()*?[]#~") == NULL;
      g_autofree char *quoted = word != NULL && !plain ? g_shell_quote (word) : g_strdup (word);
      if (word != NULL)
        g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", quoted);
    }
  return line->len > 0 ? g_strdup (line->str) : NULL;
}
