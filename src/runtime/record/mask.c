/* Secrets: what a pattern matches in a message is written as '*', as long as it was. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "writer-private.h"

struct TbMasks
{
  size_t n;
  regex_t regex[];
};

bool
tb_record_mask_check (const char *mask, char *why, size_t n)
{
  regex_t regex;
  int error = regcomp (&regex, mask, REG_EXTENDED);
  if (error == 0)
    {
      regfree (&regex);
      return true;
    }
  if (why != NULL)
    regerror (error, &regex, why, n);
  return false;
}

int
tb_masks_new (const char *const *expressions, TbMasks **masks)
{
  size_t n = 0;
  *masks = NULL;
  while (expressions != NULL && expressions[n] != NULL)
    n++;
  if (n == 0)
    return 0;
  TbMasks *m = malloc (sizeof *m + n * sizeof m->regex[0]);
  TB_CHECK (m != NULL);
  for (m->n = 0; m->n < n; m->n++)
    if (regcomp (&m->regex[m->n], expressions[m->n], REG_EXTENDED) != 0)
      {
        tb_masks_free (m);
        return -EINVAL;
      }
  *masks = m;
  return 0;
}

void
tb_masks_free (TbMasks *m)
{
  for (size_t i = 0; m != NULL && i < m->n; i++)
    regfree (&m->regex[i]);
  free (m);
}

/* The library looks at n bytes, zeros among them: REG_STARTEND, of BSD and glibc. */
static void
apply (const regex_t *regex, char *bytes, size_t n)
{
  regmatch_t match = { 0, (regoff_t) n };
  while (match.rm_so < (regoff_t) n
         && regexec (regex, bytes, 1, &match, REG_STARTEND | (match.rm_so > 0 ? REG_NOTBOL : 0)) == 0)
    {
      regoff_t from = match.rm_so, to = match.rm_eo;
      memset (bytes + from, '*', (size_t) (to - from));
      match = (regmatch_t) { to > from ? to : to + 1, (regoff_t) n };
    }
}

void
tb_masks_apply (const TbMasks *m, char *bytes, size_t n)
{
  for (size_t i = 0; m != NULL && i < m->n; i++)
    apply (&m->regex[i], bytes, n);
}

void
tb_masks_apply_to_all (const TbMasks *m, char *const *strings, size_t n)
{
  size_t size = 0, at = 0;
  if (m == NULL)
    return;
  for (size_t i = 0; i < n; i++)
    size += strlen (strings[i]) + 1;
  char *all = malloc (size + 1);
  TB_CHECK (all != NULL);
  for (size_t i = 0; i < n; i++, all[at++] = ' ')
    {
      memcpy (all + at, strings[i], strlen (strings[i]));
      at += strlen (strings[i]);
    }
  tb_masks_apply (m, all, size > 0 ? size - 1 : 0);
  at = 0;
  for (size_t i = 0; i < n; i++)
    {
      size_t length = strlen (strings[i]);
      memcpy (strings[i], all + at, length);
      at += length + 1;
    }
  free (all);
}
