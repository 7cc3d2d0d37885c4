/* SPDX-License-Identifier: MIT */
/*
 * commands - what a person or a script asks for, done to the model.
 */
#ifndef FANFARE_CONTROL_COMMANDS_H
#define FANFARE_CONTROL_COMMANDS_H

#include "core/control/model.h"

/* [any] 0, or -EINVAL: no such verb, a value that is no number, a malformed address. */
int commands_check(const struct ff_command *command);

/* [ctl] Do it. What cannot be done is said in the log, naming what was asked. */
void commands_do(struct control *c, const struct ff_command *command);

#endif
