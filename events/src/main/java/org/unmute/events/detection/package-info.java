/**
 * Detects events with times in recordings of any length. {@link org.unmute.events.detection.RecordingDetector} finds
 * the events of one recording. {@link org.unmute.events.detection.DetectionRun} finds those of many and writes them to
 * a {@link org.unmute.events.detection.DetectionFolder}, from which it can resume. {@link
 * org.unmute.events.detection.DetectionRules} holds the defaults.
 */
package org.unmute.events.detection;
