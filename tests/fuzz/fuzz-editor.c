/* What a person types or pastes into a drawing: one step that can be undone, or one sentence and nothing changed. The
 * first byte: 0 a new element in words, 1 a link in words, 2 and 3 what a clipboard holds. */
#include <stdint.h>
#include <string.h>

#include "tb-clip.h"
#include "tb-phrase.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char drawing[] =
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Fuzz\"><tier id=\"app\" name=\"App\"/>"
  "<component id=\"shop\" kind=\"server\" tier=\"app\"><service name=\"web\" protocol=\"http\"/>"
  "<builtin><call link=\"save\" op=\"write\"/></builtin></component>"
  "<component id=\"orders\" kind=\"store\"/><link id=\"save\" from=\"shop\" to=\"orders\"/>"
  "<view id=\"v\"><place of=\"shop\" x=\"0\" y=\"0\"/><place of=\"orders\" x=\"400\" y=\"0\"/></view></architecture>";

static char *
xml_of (TbDocument *document)
{
  return tb_model_to_xml (tb_document_model (document), NULL);
}

/* Whether something was changed. */
static gboolean
type_element (TbEditor *editor, const char *text, GError **error)
{
  g_autoptr (GPtrArray) ways = tb_phrase_complete (editor, text);
  for (guint i = 0; i < ways->len; i++)
    g_assert_nonnull (((TbCompletion *) ways->pdata[i])->text);
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (editor, text);
  g_autofree char *sentence = tb_phrase_problem (phrase) == NULL ? tb_phrase_sentence (phrase) : g_strdup ("");
  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  return tb_editor_create_phrase (editor, phrase, error) != 0;
}

static gboolean
type_link (TbEditor *editor, const char *text, GError **error)
{
  const TbModel *model = tb_document_model (tb_editor_document (editor));
  return tb_editor_link_phrase (editor, tb_element_uid (tb_model_lookup (model, "orders")),
                                tb_element_uid (tb_model_lookup (model, "shop")), text, error) != 0;
}

static gboolean
act (TbEditor *editor, guint8 what, const char *text, gsize n, GError **error)
{
  const TbPasteOptions options = { .copy = what == 2, .same_document = TRUE };
  if (what >= 2)
    return tb_editor_paste (editor, text, n, &options, error);
  return what == 0 ? type_element (editor, text, error) : type_link (editor, text, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strndup ((const char *) data + 1, size - 1);
  /* An entry holds nothing else than text; a clipboard may. */
  if (data[0] % 4 < 2 && !g_utf8_validate (text, -1, NULL))
    return 0;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("fuzz", drawing, strlen (drawing), NULL, NULL);
  g_autoptr (TbEditor) editor = tb_editor_new (document, NULL);
  g_autofree char *before = xml_of (document);
  gboolean done = act (editor, data[0] % 4, text, strlen (text), &error);
  g_assert_true (done == (error == NULL));
  g_autofree char *after = xml_of (document);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("again", after, strlen (after), NULL, NULL);
  g_assert_nonnull (again);
  if (done)
    tb_document_undo (document);
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, before);
  return 0;
}
