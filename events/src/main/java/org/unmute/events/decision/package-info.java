/**
 * What a probe learns about events on validation clips: thresholds on stretches as detection scores them, how many
 * clips are found, and how many alarms an hour there are.
 */
package org.unmute.events.decision;
