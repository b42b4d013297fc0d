/* JSON in: one value, bounded in depth, kept as a tree. */
#include "tb-json.h"

#include <string.h>

#define DEPTH_MAX 32

typedef struct
{
  const char *at, *end, *start;
  guint depth;
  GError **error;
} Reading;

static TbJsonValue *read_value (Reading *r);

G_DEFINE_QUARK (tb-json-error-quark, tb_json_error)

void
tb_json_value_free (TbJsonValue *value)
{
  if (value == NULL)
    return;
  if (value->items != NULL)
    g_ptr_array_unref (value->items);
  g_free (value->name);
  g_free (value->text);
  g_free (value);
}

static TbJsonValue *
new_value (TbJsonKind kind)
{
  TbJsonValue *value = g_new0 (TbJsonValue, 1);
  value->kind = kind;
  if (kind == TB_JSON_ARRAY || kind == TB_JSON_OBJECT)
    value->items = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_json_value_free);
  return value;
}

static gpointer
bad (Reading *r, const char *expected)
{
  if (r->error != NULL && *r->error == NULL)
    g_set_error (r->error, tb_json_error_quark (), 0, "at byte %u: expected %s",
                 (guint) (r->at - r->start), expected);
  return NULL;
}

static void
skip_space (Reading *r)
{
  while (r->at < r->end && strchr (" \t\r\n", *r->at) != NULL && *r->at != '\0')
    r->at++;
}

static gboolean
take (Reading *r, char c)
{
  skip_space (r);
  if (r->at == r->end || *r->at != c)
    return FALSE;
  r->at++;
  return TRUE;
}

/* Four digits after \u. -1: they are none. */
static int
read_hex (Reading *r)
{
  int v = 0;
  if (r->end - r->at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (r->at[i]);
      if (digit < 0)
        return -1;
      v = v << 4 | digit;
    }
  r->at += 4;
  return v;
}

/* Past the backslash and the u. A pair of surrogates is one character; one alone is none. */
static gboolean
read_unicode (Reading *r, GString *out)
{
  int v = read_hex (r);
  if (v >= 0xd800 && v < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u')
    {
      r->at += 2;
      int low = read_hex (r);
      v = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00) : -1;
    }
  if (v <= 0 || (v >= 0xd800 && v < 0xe000))
    return FALSE;
  g_string_append_unichar (out, (gunichar) v);
  return TRUE;
}

static gboolean
read_escape (Reading *r, GString *out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (r->at == r->end)
    return FALSE;
  char c = *r->at++;
  const char *known = c != '\0' ? strchr (from, c) : NULL;
  if (known != NULL)
    g_string_append_c (out, to[known - from]);
  return known != NULL || (c == 'u' && read_unicode (r, out));
}

/* Past the first quote. (transfer full) */
static char *
read_text (Reading *r)
{
  g_autoptr (GString) out = g_string_new (NULL);
  while (r->at < r->end && *r->at != '"')
    {
      char c = *r->at++;
      if ((guchar) c < 0x20 || (c == '\\' && !read_escape (r, out)))
        return bad (r, "a character");
      if (c != '\\')
        g_string_append_c (out, c);
    }
  if (r->at == r->end || !g_utf8_validate (out->str, (gssize) out->len, NULL))
    return bad (r, "a quote after a text of UTF-8");
  r->at++;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static TbJsonValue *
read_number (Reading *r)
{
  const char *from = r->at;
  while (r->at < r->end && strchr ("+-.0123456789eE", *r->at) != NULL && *r->at != '\0')
    r->at++;
  g_autofree char *text = g_strndup (from, (gsize) (r->at - from));
  char *end;
  double number = g_ascii_strtod (text, &end);
  gboolean digit = g_ascii_isdigit (*text) || (*text == '-' && g_ascii_isdigit (text[1]));
  if (!digit || *end != '\0')
    return bad (r, "a value");
  TbJsonValue *value = new_value (TB_JSON_NUMBER);
  value->number = number;
  value->text = g_steal_pointer (&text);
  return value;
}

static TbJsonValue *
read_word (Reading *r)
{
  static const struct
  {
    const char *word;
    TbJsonKind kind;
    gboolean truth;
  } words[] = { { "true", TB_JSON_BOOLEAN, TRUE }, { "false", TB_JSON_BOOLEAN, FALSE },
                { "null", TB_JSON_NULL, FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i].word);
      if ((gsize) (r->end - r->at) < n || strncmp (r->at, words[i].word, n) != 0)
        continue;
      r->at += n;
      TbJsonValue *value = new_value (words[i].kind);
      value->truth = words[i].truth;
      value->text = g_strdup (words[i].word);
      return value;
    }
  return read_number (r);
}

/* One item of an array, or one member of an object. */
static TbJsonValue *
read_item (Reading *r, gboolean named)
{
  g_autofree char *name = NULL;
  if (named)
    {
      name = take (r, '"') ? read_text (r) : bad (r, "a name");
      if (name == NULL || !take (r, ':'))
        return bad (r, "a colon");
    }
  TbJsonValue *item = read_value (r);
  if (item != NULL)
    item->name = g_steal_pointer (&name);
  return item;
}

static TbJsonValue *
read_list (Reading *r, TbJsonKind kind, char close)
{
  TbJsonValue *list = new_value (kind);
  if (take (r, close))
    return list;
  do
    {
      TbJsonValue *item = read_item (r, kind == TB_JSON_OBJECT);
      if (item == NULL)
        goto broken;
      g_ptr_array_add (list->items, item);
    }
  while (take (r, ','));
  if (take (r, close))
    return list;
  bad (r, "a comma or the end of the list");
broken:
  tb_json_value_free (list);
  return NULL;
}

static TbJsonValue *
read_value (Reading *r)
{
  TbJsonValue *value = NULL;
  if (r->depth == DEPTH_MAX)
    return bad (r, "less depth");
  r->depth++;
  if (take (r, '{'))
    value = read_list (r, TB_JSON_OBJECT, '}');
  else if (take (r, '['))
    value = read_list (r, TB_JSON_ARRAY, ']');
  else if (take (r, '"'))
    {
      char *text = read_text (r);
      value = text != NULL ? new_value (TB_JSON_TEXT) : NULL;
      if (value != NULL)
        value->text = text;
    }
  else
    value = r->at < r->end ? read_word (r) : bad (r, "a value");
  r->depth--;
  return value;
}

TbJsonValue *
tb_json_parse (const char *bytes, gsize n, GError **error)
{
  Reading r = { .at = bytes, .start = bytes, .end = bytes + n, .error = error };
  TbJsonValue *value = read_value (&r);
  skip_space (&r);
  if (value != NULL && r.at != r.end)
    {
      bad (&r, "nothing more");
      g_clear_pointer (&value, tb_json_value_free);
    }
  return value;
}

const TbJsonValue *
tb_json_member (const TbJsonValue *object, const char *name)
{
  if (object == NULL || object->kind != TB_JSON_OBJECT)
    return NULL;
  for (guint i = 0; i < object->items->len; i++)
    {
      const TbJsonValue *member = g_ptr_array_index (object->items, i);
      if (g_str_equal (member->name, name))
        return member;
    }
  return NULL;
}

const char *
tb_json_member_text (const TbJsonValue *object, const char *name)
{
  const TbJsonValue *member = tb_json_member (object, name);
  return member != NULL && member->kind != TB_JSON_NULL ? member->text : NULL;
}
