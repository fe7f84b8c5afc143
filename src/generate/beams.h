/* SPDX-License-Identifier: Apache-2.0
 * The two beam searches: one step after each call of the decoder, and the result. */
#ifndef DESCRY_GENERATE_BEAMS_H
#define DESCRY_GENERATE_BEAMS_H

#include "generate/selection.h"

void descry_group_step(descry_selection *s);
void descry_group_result(const descry_selection *s, descry_generated *result);
void descry_beam_step(descry_selection *s);
void descry_beam_result(const descry_selection *s, descry_generated *result);

#endif
