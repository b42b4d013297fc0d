/* Labels that are HTML, or have its entities: draw.io's, Graphviz' and Mermaid's. */
#pragma once

#include <glib.h>

/* The character of “&amp;” or “&#38;” at p, 0: that is none. n: its length. */
gunichar tb_html_entity (const char *p, gsize *n);
/* What is read of it: no tags, what begins a new line as \n, entities as characters. (transfer full) */
char *tb_html_text (const char *label);
