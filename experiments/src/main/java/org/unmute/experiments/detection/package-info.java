/**
 * Recordings of any length in, events in time out. {@link org.unmute.experiments.detection.RecordingDetector} finds the
 * events of one recording; {@link org.unmute.experiments.detection.DetectionRun} those of many, into a {@link
 * org.unmute.experiments.detection.DetectionFolder} that can be resumed; {@link
 * org.unmute.experiments.detection.DetectionRules} has the defaults.
 */
package org.unmute.experiments.detection;
