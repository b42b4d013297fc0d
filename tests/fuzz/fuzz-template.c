/* Any bytes as a template of components: refused with a sentence, or whole enough that a plan can ask for all of it. */
#include <stdint.h>

#include "tb-template.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *
value_of (const char *name, gpointer data)
{
  guint *asked = data;
  return ++*asked % 3 == 0 ? NULL : *asked % 3 == 1 ? "1" : "no";
}

static void
ask_texts (const GPtrArray *texts)
{
  guint asked = 0;
  for (guint i = 0; i < texts->len; i++)
    {
      const TbTemplateText *text = texts->pdata[i];
      tb_template_when (text->when, value_of, &asked);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbTemplate) template = tb_template_parse ("fuzz.xml", (const char *) data, (gssize) size, &error);
  g_assert_true ((template == NULL) == (error != NULL));
  if (template == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_true (template->name != NULL && template->program != NULL && template->command != NULL);
  for (guint i = 0; i < template->params->len; i++)
    g_assert_nonnull (tb_template_param (template, ((TbTemplateParam *) template->params->pdata[i])->name));
  ask_texts (template->arguments);
  ask_texts (template->lets);
  ask_texts (template->files);
  return 0;
}
