/* An entry for a filter (tb-filter.h) or a regular expression: says at once what is wrong with it, and
 * offers keys and names while one types. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_FILTER_ENTRY (tb_filter_entry_get_type ())
G_DECLARE_FINAL_TYPE (TbFilterEntry, tb_filter_entry, TB, FILTER_ENTRY, GtkWidget)

typedef enum
{
  TB_FILTER_ENTRY_LANGUAGE,
  TB_FILTER_ENTRY_REGEX
} TbFilterEntryKind;

/* name is for assistive tools. (transfer floating) */
GtkWidget *tb_filter_entry_new (TbFilterEntryKind kind, const char *name, const char *placeholder);
/* The last text that could be read; never NULL. */
const char *tb_filter_entry_text (TbFilterEntry *entry);
/* As if it had been typed. */
void tb_filter_entry_set_text (TbFilterEntry *entry, const char *text);
/* What is wrong with what stands there now; NULL: nothing. */
const char *tb_filter_entry_error (TbFilterEntry *entry);
/* What is offered; both copied. */
void tb_filter_entry_set_words (TbFilterEntry *entry, const char *const *links,
                                const char *const *instances);

/* Signals: "filter-changed" (): another text, soon after one has stopped typing. "error-changed" (). */

G_END_DECLS
