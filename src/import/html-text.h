/* Labels that are HTML, or have its entities: draw.io's, Graphviz' and Mermaid's. */
#pragma once

#include <glib.h>

/* The character of “&amp;” or “&#38;” at p, 0: that is none. n: its length. */
gunichar tb_html_entity (const char *p, gsize *n);
/* What is read of it: no tags, what begins a new line as \n, entities as characters. (transfer full) */
char *tb_html_text (const char *label);
/* A < that begins a tag, not one that compares. */
gboolean tb_html_begins_tag (const char *p);
/* Behind a tag, and behind all of a <style> or <script>; out gets the line end or blank that it is seen as. */
const char *tb_html_skip_tag (const char *p, GString *out);
/* The name that words in lines begin with: all of them where a name was only broken to fit, else their first line, and
 * rest the others (NULL: none). (transfer full) both */
char *tb_html_title (const char *words, char **rest);
