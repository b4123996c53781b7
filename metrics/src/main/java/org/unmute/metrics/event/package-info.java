/**
 * How well events are found in time: segment-based, event-based and intersection-based precision, recall and F1, error
 * rates, and PSDS, from lists of events or from scores over time at every threshold. Conventions follow sed_eval and
 * sed_scores_eval; where they differ, each class says which one it follows.
 */
package org.unmute.metrics.event;
