/**
 * Why a trained probe gave a clip its scores: the terms of each class's logit, where in the recording they lie, and
 * figures. Start at {@link org.unmute.report.clip.Explainer}.
 */
package org.unmute.report.clip;
