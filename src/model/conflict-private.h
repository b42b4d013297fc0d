/* Marks of unsettled conflicts: foreign content of a namespace of its own. */
#pragma once

#include "model-private.h"

#define TB_CONFLICT_NAMESPACE "urn:tierboard:merge"

gboolean tb_is_conflict_mark (const char *raw);
/* What it says, for people: "replicas is 3 here, 5 in the other version and was 2". (transfer full) */
char *tb_conflict_words (const char *raw);
/* The attribute's value in the mark's start tag; NULL where it has none. (transfer full) */
char *tb_conflict_attribute (const char *raw, const char *name);
