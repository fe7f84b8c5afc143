/* SPDX-License-Identifier: Apache-2.0
 * The families of towers that this build has.  The last of each table claims whatever the others leave, and says what it
 * cannot be. */
#include "model/convnext/convnext.h"
#include "model/family.h"
#include "model/fastvit/fastvit.h"
#include "model/hf_text/hf_text.h"
#include "model/resnet/resnet.h"
#include "model/text/text.h"
#include "model/timm_vit/timm_vit.h"
#include "model/vit/vit.h"
#include "model/vitamin/vitamin.h"

const descry_image_family *const descry_image_families[] = {
    &descry_timm_vit_family, &descry_convnext_family, &descry_vitamin_family,
    &descry_fastvit_family, &descry_resnet_family, &descry_vit_family, NULL};
const descry_text_family *const descry_text_families[] = {&descry_hf_text_family, &descry_native_text_family, NULL};
