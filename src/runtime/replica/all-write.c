/* What each command makes of a value that nobody else can change meanwhile. */
#include "all-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool
all_knows (TbCommandKind kind)
{
  return kind <= TB_COMMAND_ADD;
}

static void
say_number (All *a, int64_t value)
{
  char text[24];
  int n = snprintf (text, sizeof text, "%" PRId64, value);
  pack_clear (&a->text);
  pack_raw (&a->text, text, (size_t) n);
}

/* Nothing there counts as 0. */
static bool
number_of (TbBytes value, int64_t *number)
{
  char text[24], *end;
  if (value.n == 0 || value.n >= sizeof text)
    return value.n == 0 && (*number = 0, true);
  memcpy (text, value.p, value.n);
  text[value.n] = '\0';
  *number = strtoll (text, &end, 10);
  return *end == '\0';
}

static bool
add (All *a, const TbCommand *command, TbBytes was, Register *new, TbAnswer *answer)
{
  int64_t number;
  *answer = number_of (was, &number) && !__builtin_add_overflow (number, command->amount, &number)
              ? TB_ANSWER_OK
              : TB_ANSWER_REFUSED;
  if (*answer == TB_ANSWER_OK)
    say_number (a, number);
  new->value = (TbBytes){ a->text.p, a->text.n };
  return *answer == TB_ANSWER_OK;
}

static bool
append (All *a, const TbCommand *command, TbBytes was, Register *new)
{
  pack_clear (&a->state);
  pack_raw (&a->state, was.p, was.n);
  pack_raw (&a->state, command->value.p, command->value.n);
  new->value = (TbBytes){ a->state.p, a->state.n };
  say_number (a, (int64_t) a->state.n);
  return true;
}

bool
all_evaluate (All *a, const TbCommand *command, const Register *old, Register *new, TbAnswer *answer)
{
  bool there = old != NULL && !old->gone;
  TbBytes was = there ? old->value : (TbBytes){ NULL, 0 };
  pack_clear (&a->text);
  *answer = TB_ANSWER_OK;
  new->value = command->value;
  if (command->kind == TB_COMMAND_APPEND)
    return append (a, command, was, new);
  if (command->kind == TB_COMMAND_ADD)
    return add (a, command, was, new, answer);
  bool holds = true;
  if (command->kind == TB_COMMAND_CAS)
    holds = there == (command->expected.n > 0) && all_same (was, command->expected);
  else if (command->kind == TB_COMMAND_DELETE)
    {
      new->gone = holds = there;
      new->value = (TbBytes){ NULL, 0 };
    }
  *answer = holds ? TB_ANSWER_OK : TB_ANSWER_NIL;
  return holds;
}
