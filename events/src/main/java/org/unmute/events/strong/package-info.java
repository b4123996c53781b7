/**
 * Strong labels: events with times that belong to recordings. Reads tables of events, finds the recordings that they
 * name, and compares the events with detections or scores over time.
 */
package org.unmute.events.strong;
