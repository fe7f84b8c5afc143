/* SPDX-License-Identifier: Apache-2.0
 * CLIP's own merges, compiled in from data/bpe_simple_vocab_16e6.txt.gz. */
#ifndef DESCRY_TEXT_CLIP_MERGES_H
#define DESCRY_TEXT_CLIP_MERGES_H

#include "text/merges.h"

extern const size_t descry_clip_merge_count;
extern const descry_merge descry_clip_merges[];

#endif
