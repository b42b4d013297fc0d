/* What the schema cannot say of one element alone. */
#include "model-private.h"

#include <string.h>

void
tb_model_validate (const TbModel *model, TbProblems *problems)
{
}
