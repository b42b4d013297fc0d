/* What the files of pattern actions share. A pattern says why it cannot be done: refuse_NAME(); and
 * does it: run_NAME(). */
#pragma once

#include "hub-private.h"

G_BEGIN_DECLS

#define TB_PATTERN(name)                                                                           \
  static gboolean can_##name (TbEditor *editor)                                                    \
  {                                                                                                \
    return refuse_##name (editor) == NULL;                                                         \
  }

#define TB_PATTERN_ROW(id, text, about, what)                                                      \
  { .name = id, .label = text, .help = about, .enabled = can_##what, .run = run_##what,            \
    .section = "Patterns", .in_menu = TRUE, .refusal = refuse_##what }

G_END_DECLS
