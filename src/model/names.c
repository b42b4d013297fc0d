/* The one grammar of names, and ids for new elements.
 *
 *   name    = id | id "/" replica | id "/" role | id pair | id ".replicas" [pair]
 *   pair    = "[" replica ">" replica "]"
 *   id,role = [a-z][a-z0-9-]*
 *   replica = [1-9][0-9]*, at most 1000000 */
#include "tb-model.h"

#include <string.h>

#include "model-private.h"

#define MAX_REPLICA 1000000

static gboolean
is_id_char (char c)
{
  return g_ascii_islower (c) || g_ascii_isdigit (c) || c == '-';
}

/* Copies the id at *p and steps over it. */
static gboolean
read_id (const char **p, char *out, gsize size)
{
  gsize n = 0;
  if (!g_ascii_islower (**p))
    return FALSE;
  while (is_id_char ((*p)[n]))
    n++;
  if (n >= size)
    return FALSE;
  memcpy (out, *p, n);
  out[n] = '\0';
  *p += n;
  return TRUE;
}

static gboolean
read_replica (const char **p, guint *number)
{
  guint n = 0;
  if (**p < '1' || **p > '9')
    return FALSE;
  for (; g_ascii_isdigit (**p) && n <= MAX_REPLICA; (*p)++)
    n = n * 10 + (guint) (**p - '0');
  *number = n;
  return n <= MAX_REPLICA;
}

static gboolean
read_pair (const char **p, TbName *name)
{
  if (**p != '[')
    return FALSE;
  ++*p;
  if (!read_replica (p, &name->from) || **p != '>')
    return FALSE;
  ++*p;
  if (!read_replica (p, &name->to) || **p != ']')
    return FALSE;
  ++*p;
  return TRUE;
}

/* What follows the id. */
static gboolean
read_rest (const char **p, TbName *name)
{
  switch (**p)
    {
    case '\0':
      name->form = TB_NAME_ELEMENT;
      return TRUE;
    case '/':
      ++*p;
      name->form = g_ascii_isdigit (**p) ? TB_NAME_INSTANCE : TB_NAME_ROLE;
      return name->form == TB_NAME_INSTANCE ? read_replica (p, &name->from)
                                            : read_id (p, name->role, sizeof name->role);
    case '[':
      name->form = TB_NAME_INSTANCE_LINK;
      return read_pair (p, name);
    case '.':
      if (!g_str_has_prefix (*p, ".replicas"))
        return FALSE;
      *p += strlen (".replicas");
      name->form = TB_NAME_REPLICAS;
      return **p == '\0' || read_pair (p, name);
    default:
      return FALSE;
    }
}

gboolean
tb_name_parse (const char *text, TbName *name, GError **error)
{
  g_return_val_if_fail (text != NULL && name != NULL, FALSE);
  TbName parsed = { 0 };
  const char *p = text;
  if (!read_id (&p, parsed.id, sizeof parsed.id) || !read_rest (&p, &parsed) || *p != '\0')
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_NAME,
                   "“%.200s” is no name, expected one such as orders, orders/1, orders/leader, "
                   "save, save[1>2] or orders.replicas",
                   text);
      return FALSE;
    }
  *name = parsed;
  return TRUE;
}

char *
tb_name_format (const TbName *name)
{
  switch (name->form)
    {
    case TB_NAME_INSTANCE:
      return g_strdup_printf ("%s/%u", name->id, name->from);
    case TB_NAME_ROLE:
      return g_strdup_printf ("%s/%s", name->id, name->role);
    case TB_NAME_INSTANCE_LINK:
      return g_strdup_printf ("%s[%u>%u]", name->id, name->from, name->to);
    case TB_NAME_REPLICAS:
      return name->from == 0
                 ? g_strdup_printf ("%s.replicas", name->id)
                 : g_strdup_printf ("%s.replicas[%u>%u]", name->id, name->from, name->to);
    case TB_NAME_ELEMENT:
    default:
      return g_strdup (name->id);
    }
}

/* A name holds 127 bytes of id, so an id has no more. */
gboolean
tb_id_is_valid (const char *id)
{
  gsize n = 0;
  if (id == NULL || !g_ascii_islower (id[0]))
    return FALSE;
  while (is_id_char (id[n]))
    n++;
  return id[n] == '\0' && n < sizeof ((TbName *) NULL)->id;
}

/* "Web shop" → "web-shop", "Überträger №2" → "ubertrager-no2"; "" where nothing is left. */
static char *
slug (const char *title)
{
  enum { LONGEST = 40 };
  g_autofree char *valid = g_utf8_make_valid (title, -1);
  g_autofree char *ascii = g_str_to_ascii (valid, "C");
  GString *out = g_string_new (NULL);
  for (const char *p = ascii; *p != '\0' && out->len < LONGEST; p++)
    if (g_ascii_isalnum (*p) && (out->len > 0 || g_ascii_isalpha (*p)))
      g_string_append_c (out, g_ascii_tolower (*p));
    else if (out->len > 0 && out->str[out->len - 1] != '-' && *p != '?' && *p != '\'')
      g_string_append_c (out, '-');
  while (out->len > 0 && out->str[out->len - 1] == '-')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

static gboolean
is_taken (const TbModel *model, const char *base, guint n)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", base, n);
  return tb_model_lookup (model, id) != NULL;
}

char *
tb_model_make_id (const TbModel *model, TbKind kind, const char *title)
{
  g_autofree char *base = slug (title != NULL ? title : "");
  if (*base == '\0')
    {
      g_free (base);
      base = g_strdup (tb_schema_kind (kind)->name);
    }
  if (tb_model_lookup (model, base) == NULL)
    return g_steal_pointer (&base);
  /* Doubling, then halving: thousands of one title must not cost their square. */
  guint low = 1, high = 2;
  while (is_taken (model, base, high))
    {
      low = high;
      high *= 2;
    }
  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;
      if (is_taken (model, base, middle))
        low = middle;
      else
        high = middle;
    }
  return g_strdup_printf ("%s-%u", base, high);
}
