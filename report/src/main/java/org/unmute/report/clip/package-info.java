/**
 * Explains the scores that a trained probe gives a clip: the terms of the logit of each class, their positions in the
 * recording, and figures. Start at {@link org.unmute.report.clip.Explainer}.
 */
package org.unmute.report.clip;
