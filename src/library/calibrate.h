/* SPDX-License-Identifier: Apache-2.0
 * Calibration of scores for a model and a library.  The scale of cosines depends on the model, and the best score of any text
 * rises with the number of pictures.
 *
 * So a score is given as a percentile among the best scores of neutral queries: texts that hardly any picture matches, though
 * one may match a part (calibrate.c generates them: "a violin above a tractor"):
 *
 *     strength(q, f) = 100 Phi((q . f - mean of best) / deviation of best)
 *     best of a neutral query n = max over all f of n . f
 *
 * with Phi the normal distribution function.  About one neutral query in twenty reaches a strength of 95 %.  The threshold of
 * NOT, which applies to each picture by itself, is a quantile of pairs instead: the score that three per cent of the pairs of
 * an object's name (or a picture) and a picture exceed. */
#ifndef DESCRY_LIBRARY_CALIBRATE_H
#define DESCRY_LIBRARY_CALIBRATE_H

#include "library/library.h"

enum { DESCRY_CALIBRATION_VERSION = 2, DESCRY_CALIBRATION_LEAST = 20 /* pictures */ };

/* Calibrates, unless the stored calibration is of this version and of about as many vectors.  Nothing is stored for fewer
 * pictures than DESCRY_CALIBRATION_LEAST. */
int descry_calibrate(descry_library *library, descry_model *model, descry_error *err);

float descry_calibration_strength(const descry_calibration *calibration, double score); /* 0 to 100 */

#endif
