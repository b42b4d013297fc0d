/* What the rest of the model asks of the schema table beyond tb-model.h. */
#pragma once

#include "tb-model.h"

#define TB_XML_NAMESPACE "urn:tierboard:1"

/* Place of a property among its kind's rows and among an element's values; -1: none. */
int tb_schema_slot (TbKind kind, TbProp prop);
/* The slot of the kind's text content; -1: its elements have none. */
int tb_schema_text_slot (TbKind kind);
/* As tb_schema_canonical(), but NULL where text is canonical already. */
char *tb_schema_canonical_if_other (const TbPropSpec *spec, const char *text);
/* Whether its value may begin with “wait” or “cpu”. */
gboolean tb_schema_is_work (const TbPropSpec *spec);
gboolean tb_schema_may_contain (TbKind parent, TbKind child);
/* SERVER for what is no role. */
TbRole tb_role_from_name (const char *name);

/* Whether text says no more than white space. */
gboolean tb_text_is_blank (const char *text, gsize size);
/* The nearest of n candidates within two typing slips of word, NULL where none is near. */
const char *tb_nearest_word (const char *word, const char *const *candidates, guint n);
/* Whether word is one of the words in a list separated by blanks. */
gboolean tb_words_contain (const char *words, const char *word);
/* "sync async both" → "sync, async or both". (transfer full) */
char *tb_words_to_choice (const char *words);
