/**
 * Event decisions that a probe learns on validation clips: thresholds on the stretches of sound that detection scores,
 * the number of clips found, and the number of alarms per hour.
 */
package org.unmute.events.decision;
