/* SPDX-License-Identifier: Apache-2.0
 * What scores mean for a model in a library.  Raw cosines mean nothing to a person: what is a good one differs between
 * models, and the more pictures there are, the nearer comes the best of them to any text.
 *
 * So a score is compared with the best scores of neutral texts, of which there is hardly a picture anywhere, though
 * there may be one of a part (calibrate.c makes them: "a violin above a tractor"):
 *
 *     strength(q, f) = 100 Phi((q . f - mean of best) / deviation of best)
 *     best of a neutral text n = max over all f of n . f
 *
 * with Phi the normal distribution.  A strength of 95 % is reached by about one neutral text in twenty.  What NOT
 * leaves out goes by pairs instead, as it is asked of each picture by itself: the score that three pairs in a hundred
 * of a thing named (or of a picture) and a picture exceed. */
#ifndef DESCRY_LIBRARY_CALIBRATE_H
#define DESCRY_LIBRARY_CALIBRATE_H

#include "library/library.h"

enum { DESCRY_CALIBRATION_VERSION = 2, DESCRY_CALIBRATION_LEAST = 20 /* pictures */ };

/* Makes it, unless there is one that fits the library as it is: of this version and of about as many vectors.  Fewer
 * pictures than DESCRY_CALIBRATION_LEAST say nothing. */
int descry_calibrate(descry_library *library, descry_model *model, descry_error *err);

float descry_calibration_strength(const descry_calibration *calibration, double score); /* 0 to 100 */

#endif
