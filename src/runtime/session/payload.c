/* Bytes made readable. A character that does something is shown as its picture (U+2400 and on). */
#include "tb-payload.h"

#include <string.h>

#define INDENT 2
#define DEPTH_MAX 64
#define TRIES_MAX 100

/* ---- Text ---------------------------------------------------------------------------------------- */

/* Those of Unicode that steer how the text around them is shown. */
static gboolean
steers (gunichar c)
{
  return (c >= 0x80 && c < 0xa0) || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0x061c;
}

static void
append_char (GString *out, gunichar c, gboolean lines)
{
  if (lines && (c == '\n' || c == '\t'))
    g_string_append_unichar (out, c);
  else if (c < 0x20)
    g_string_append_unichar (out, 0x2400 + c);
  else if (c == 0x7f)
    g_string_append_unichar (out, 0x2421);
  else if (steers (c))
    g_string_append_printf (out, "\\u%04x", c);
  else
    g_string_append_unichar (out, c);
}

/* One character, or one byte that begins none; returns how many bytes that was. */
static gsize
append_next (GString *out, const char *p, gsize n, gboolean lines)
{
  gunichar c = g_utf8_get_char_validated (p, (gssize) n);
  if (*p == '\0')
    c = 0;
  if (c == (gunichar) -1 || c == (gunichar) -2)
    {
      g_string_append_printf (out, "\\x%02x", (guint8) *p);
      return 1;
    }
  append_char (out, c, lines);
  return *p ? (gsize) g_utf8_skip[(guint8) *p] : 1;
}

static void
append_text (GString *out, const char *bytes, gsize n)
{
  for (gsize at = 0; at < n;)
    {
      if (bytes[at] == '\r' && at + 1 < n && bytes[at + 1] == '\n')
        at++; /* how many protocols end a line */
      at += append_next (out, bytes + at, n - at, TRUE);
    }
}

char *
tb_payload_line (const char *bytes, gsize n, gsize max)
{
  GString *out = g_string_sized_new (n + 8);
  gsize at = 0;
  while (at < n && (max == 0 || out->len < max))
    at += append_next (out, bytes + at, n - at, FALSE);
  if (at < n)
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

gboolean
tb_payload_is_binary (const void *bytes, gsize n)
{
  const char *p = bytes;
  gsize strange = 0, all = MIN (n, 4096);
  for (gsize at = 0; at < all;)
    {
      gunichar c = p[at] ? g_utf8_get_char_validated (p + at, (gssize) (n - at)) : 0;
      gboolean bad = c == (gunichar) -1 || (c == (gunichar) -2 && n - at > 4)
                     || (c < 0x20 && c != '\n' && c != '\r' && c != '\t');
      strange += bad;
      at += bad || c == (gunichar) -2 ? 1 : (gsize) g_utf8_skip[(guint8) p[at]];
    }
  return strange * 10 > all;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

/* Where the string that begins at p ends; end where it is cut off. */
static const char *
after_string (const char *p, const char *end)
{
  for (p++; p < end && *p != '"'; p++)
    if (*p == '\\' && p + 1 < end)
      p++;
  return p < end ? p + 1 : end;
}

static gboolean
is_bare (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '+' || c == '.';
}

/* "true", "12.5e3", or the beginning of one, where it ends with the bytes. */
static gboolean
is_scalar (const char *p, gsize n, gboolean last)
{
  static const char *const words[] = { "true", "false", "null" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strncmp (words[i], p, n) == 0 && (last || strlen (words[i]) == n))
      return TRUE;
  gsize digits = 0;
  while (digits < n && strchr ("0123456789+-.eE", p[digits]))
    digits++;
  return digits == n && (g_ascii_isdigit (p[0]) || (p[0] == '-' && n > 1) || last);
}

/* One token; its end, or NULL where there is none. Blanks stand before it no more. */
static const char *
after_token (const char *p, const char *end)
{
  const char *q = p;
  if (*p == '"')
    return after_string (p, end);
  if (*p && strchr ("{}[],:", *p))
    return p + 1;
  while (q < end && is_bare (*q))
    q++;
  return q > p && is_scalar (p, (gsize) (q - p), q == end) ? q : NULL;
}

static const char *
skip_blanks (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  return p;
}

/* Where the value that begins with a bracket ends, or end where it is cut off; NULL where it is none. */
static const char *
after_value (const char *p, const char *end)
{
  guint depth = 0;
  while ((p = skip_blanks (p, end)) < end)
    {
      depth += *p == '{' || *p == '[';
      if ((*p == '}' || *p == ']') && --depth == 0)
        return p + 1;
      p = after_token (p, end);
      if (!p)
        return NULL;
    }
  return end;
}

/* A bracket and what may follow it; far more often than not that is enough. */
static gboolean
may_begin (const char *p, const char *end)
{
  const char *next = skip_blanks (p + 1, end);
  if (next == end)
    return FALSE;
  return *p == '{' ? *next == '"' || *next == '}' : strchr ("{[\"-0123456789tfn]", *next) != NULL;
}

/* Each bracket that begins no value costs a look at all that follows it: *tries bounds them. */
static const char *
find_json (const char *bytes, gsize n, guint *tries)
{
  const char *end = bytes + n;
  for (const char *p = bytes; p < end && *tries > 0; p++)
    if ((*p == '{' || *p == '[') && (p == bytes || strchr ("\n \t", p[-1])) && may_begin (p, end))
      {
        if (after_value (p, end))
          return p;
        --*tries;
      }
  return NULL;
}

gboolean
tb_payload_has_json (const void *bytes, gsize n)
{
  guint tries = TRIES_MAX;
  return find_json (bytes, MIN (n, (gsize) TB_PAYLOAD_SHOWN_MAX), &tries) != NULL;
}

static void
new_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < INDENT * MIN (depth, DEPTH_MAX); i++)
    g_string_append_c (out, ' ');
}

/* A string may hold anything, also a newline, which it should not. */
static void
append_token (GString *out, const char *p, const char *end)
{
  while (p < end)
    p += append_next (out, p, (gsize) (end - p), FALSE);
}

/* One token as it stands in an indented value; *depth is that after it. */
static void
lay_out (GString *out, const char *p, const char *after, const char *end, guint *depth, gboolean *empty)
{
  gboolean closes = *p == '}' || *p == ']';
  *depth -= closes;
  if (closes && !*empty)
    new_line (out, *depth);
  append_token (out, p, after);
  *empty = *p == '{' || *p == '[';
  const char *next = skip_blanks (after, end);
  if (*empty)
    ++*depth;
  if ((*empty && next < end && *next != '}' && *next != ']') || *p == ',')
    new_line (out, *depth);
  else if (*p == ':')
    g_string_append_c (out, ' ');
}

/* Returns where it ended. */
static const char *
append_value (GString *out, const char *p, const char *end)
{
  guint depth = 0;
  gboolean empty = FALSE;
  while ((p = skip_blanks (p, end)) < end)
    {
      const char *after = after_token (p, end);
      lay_out (out, p, after, end, &depth, &empty);
      p = after;
      if (depth == 0)
        return p;
    }
  g_string_append (out, " …");
  return end;
}

/* All that is in it, one below the other, and between them what is none. */
static void
append_json (GString *out, const char *bytes, gsize n)
{
  const char *p = bytes, *end = bytes + n;
  const char *json;
  guint tries = TRIES_MAX;
  while (p < end && (json = find_json (p, (gsize) (end - p), &tries)))
    {
      append_text (out, p, (gsize) (json - p));
      p = append_value (out, json, end);
    }
  append_text (out, p, (gsize) (end - p));
}

/* ---- Bytes --------------------------------------------------------------------------------------- */

static void
append_row (GString *out, const guint8 *bytes, gsize at, gsize n)
{
  g_string_append_printf (out, "%06zx ", at);
  for (gsize i = 0; i < 16; i++)
    {
      g_string_append (out, i == 8 ? "  " : " ");
      if (i < n)
        g_string_append_printf (out, "%02x", bytes[at + i]);
      else
        g_string_append (out, "  ");
    }
  g_string_append (out, "  ");
  for (gsize i = 0; i < n; i++)
    {
      guint8 c = bytes[at + i];
      g_string_append_c (out, c >= 0x20 && c < 0x7f ? (char) c : '.');
    }
  g_string_append_c (out, '\n');
}

char *
tb_payload_format (TbPayloadForm form, const void *bytes, gsize n)
{
  gsize shown = MIN (n, (gsize) TB_PAYLOAD_SHOWN_MAX);
  GString *out = g_string_sized_new (shown + 64);
  if (form == TB_PAYLOAD_HEX)
    for (gsize at = 0; at < shown; at += 16)
      append_row (out, bytes, at, MIN ((gsize) 16, shown - at));
  else if (form == TB_PAYLOAD_JSON)
    append_json (out, bytes, shown);
  else
    append_text (out, bytes, shown);
  if (shown < n)
    g_string_append_printf (out, "\n… and %zu bytes more", n - shown);
  return g_string_free (out, FALSE);
}
