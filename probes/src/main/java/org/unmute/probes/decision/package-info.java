/**
 * From scores to decisions: thresholds for each class and a calibration to probabilities, both learned on validation
 * clips. {@link org.unmute.probes.decision.Decisions} holds both and is saved in a probe's file.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.decision;

import org.jspecify.annotations.NullMarked;
