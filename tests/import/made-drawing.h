/* Drawings with a bit of everything that the schema has, made by chance. */
#pragma once

#include "tb-model.h"

/* A valid one with elements of every kind that may stand in it, values of every type, and places; the same for the same
 * seed. (transfer full) */
TbDocument *made_drawing_new (guint seed);
