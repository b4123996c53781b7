/**
 * Recordings of any length in, events in time out. {@link org.unmute.events.detection.RecordingDetector} finds the
 * events of one recording; {@link org.unmute.events.detection.DetectionRun} those of many, into a {@link
 * org.unmute.events.detection.DetectionFolder} that can be resumed; {@link
 * org.unmute.events.detection.DetectionRules} has the defaults.
 */
package org.unmute.events.detection;
