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
