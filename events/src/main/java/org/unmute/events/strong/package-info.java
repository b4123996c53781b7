/**
 * Strong labels: events with times that belong to recordings. Reads tables of them, finds the recordings that they
 * name, and compares detections or scores over time with them.
 */
package org.unmute.events.strong;
