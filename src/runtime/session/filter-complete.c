/* What may stand where one types: keys, then values of the key before the cursor. */
#include <string.h>

#include "filter-private.h"

#define OFFERS_MAX 40

static void
clear_offer (gpointer data)
{
  g_free (((TbFilterOffer *) data)->text);
}

/* Where the word before the cursor begins; parentheses and signs do not belong to it. Inside quotes
 * nothing is offered. */
static gboolean
word_before (const char *text, gsize cursor, gsize *begin)
{
  gboolean quoted = FALSE;
  *begin = 0;
  for (gsize i = 0; i < cursor; i++)
    {
      if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
        quoted = !quoted;
      if (!quoted && (g_ascii_isspace (text[i]) || text[i] == '('
                      || (text[i] == '-' && i == *begin)))
        *begin = i + 1;
    }
  return !quoted;
}

/* Takes text over. Twice the same is offered once. */
static void
offer (GArray *offers, char *text, const char *help)
{
  for (guint i = 0; i < offers->len; i++)
    if (g_str_equal (g_array_index (offers, TbFilterOffer, i).text, text))
      {
        g_free (text);
        return;
      }
  TbFilterOffer row = { text, help };
  if (offers->len < OFFERS_MAX)
    g_array_append_val (offers, row);
  else
    g_free (text);
}

static void
offer_keys (GArray *offers, const char *typed)
{
  for (guint i = 0; i < TB_KEY_COUNT; i++)
    if (g_str_has_prefix (tb_filter_keys[i].name, typed))
      offer (offers, g_strconcat (tb_filter_keys[i].name, ":", NULL), tb_filter_keys[i].help);
}

/* prefix stands before each: the key, and the names that are there already. */
static void
offer_words (GArray *offers, const char *prefix, const char *typed, const char *const *words,
             const char *const *help, guint n)
{
  for (guint i = 0; i < n; i++)
    if (words[i] && g_str_has_prefix (words[i], typed))
      offer (offers, g_strconcat (prefix, words[i], NULL), help ? help[i] : "");
}

static guint
length_of (const char *const *words)
{
  return words ? g_strv_length ((char **) words) : 0;
}

static void
offer_kinds (GArray *offers, const char *prefix, const char *typed)
{
  const char *names[TB_FILTER_KINDS];
  for (guint i = 0; i < TB_FILTER_KINDS; i++)
    names[i] = tb_event_kind_name ((TbEventKind) i);
  offer_words (offers, prefix, typed, names, NULL, TB_FILTER_KINDS);
}

/* What one may write where there is no list: its example. */
static void
offer_example (GArray *offers, const TbFilterKeyRow *row, const char *typed)
{
  if (!*typed)
    offer (offers, g_strdup (row->example), row->help);
}

static void
offer_values (GArray *offers, const TbFilterKeyRow *row, const char *prefix, const char *typed,
              const TbFilterWords *words)
{
  switch ((TbFilterKey) (row - tb_filter_keys))
    {
    case TB_KEY_LINK:
      offer_words (offers, prefix, typed, words->links, NULL, length_of (words->links));
      break;
    case TB_KEY_FROM:
    case TB_KEY_TO:
    case TB_KEY_INSTANCE:
      offer_words (offers, prefix, typed, words->instances, NULL, length_of (words->instances));
      break;
    case TB_KEY_KIND:
      offer_kinds (offers, prefix, typed);
      break;
    case TB_KEY_IS:
      offer_words (offers, prefix, typed, tb_filter_is_names, tb_filter_is_help, TB_IS_COUNT);
      break;
    case TB_KEY_STATUS: case TB_KEY_LATENCY: case TB_KEY_SIZE: case TB_KEY_TIME: case TB_KEY_LABEL:
    case TB_KEY_TRACE: case TB_KEY_CONNECTION: case TB_KEY_NUMBER: case TB_KEY_PORT:
    case TB_KEY_PAYLOAD: case TB_KEY_COUNT:
    default:
      offer_example (offers, row, typed);
      break;
    }
}

GArray *
tb_filter_complete (const char *text, gsize cursor, const TbFilterWords *words, gsize *from)
{
  static const TbFilterWords none;
  GArray *offers = g_array_new (FALSE, FALSE, sizeof (TbFilterOffer));
  g_array_set_clear_func (offers, clear_offer);
  g_return_val_if_fail (cursor <= strlen (text), offers);
  if (!word_before (text, cursor, from))
    return offers;
  g_autofree char *typed = g_strndup (text + *from, cursor - *from);
  gsize key = strspn (typed, "abcdefghijklmnopqrstuvwxyz");
  gsize after = key + strspn (typed + key, ":=!");
  if (after == key)
    {
      offer_keys (offers, typed);
      return offers;
    }
  const char *comma = strrchr (typed + after, ',');
  gsize value = comma ? (gsize) (comma + 1 - typed) : after;
  g_autofree char *name = g_strndup (typed, key), *prefix = g_strndup (typed, value);
  for (guint i = 0; i < TB_KEY_COUNT; i++)
    if (g_str_equal (tb_filter_keys[i].name, name))
      offer_values (offers, &tb_filter_keys[i], prefix, typed + value, words ? words : &none);
  return offers;
}
