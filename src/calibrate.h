/* SPDX-License-Identifier: Apache-2.0
 * What scores mean for a model in a library.  Raw cosines mean nothing to a person: what is a good one differs between
 * models, and the more pictures there are, the nearer comes the best of them to any text.
 *
 * So a score is counted from the mean that the query has over the whole library (its product with the mean m of the
 * vectors), and compared with the best scores of neutral texts, of which no picture is (calibrate.c lists them):
 *
 *     centred(q, f) = q . f - q . m
 *     strength(q, f) = 100 Phi((centred(q, f) - mean of best) / deviation of best)
 *     best of a neutral text n = max over all f of centred(n, f)
 *
 * with Phi the normal distribution.  A strength of 95 % is reached by about one neutral text in twenty.  What NOT
 * leaves out goes by pairs instead, as it is asked of each picture by itself: the centred score that one pair in twenty
 * of a neutral text (or of a picture) and a picture exceeds. */
#ifndef DESCRY_CALIBRATE_H
#define DESCRY_CALIBRATE_H

#include "library.h"

enum { DESCRY_CALIBRATION_VERSION = 1, DESCRY_CALIBRATION_LEAST = 20 /* pictures */ };

/* Makes it, unless there is one that fits the library as it is: of this version and of about as many vectors.  Fewer
 * pictures than DESCRY_CALIBRATION_LEAST say nothing. */
int descry_calibrate(descry_library *library, descry_model *model, descry_error *err);

float descry_calibration_strength(const descry_calibration *calibration, double centred); /* 0 to 100 */

#endif
